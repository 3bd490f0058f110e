// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/repository/recoverysheet.h"

#include "models/base/json.h"
#include "ui/repository/repositoryform.h"

#include <QDateTime>
#include <QFontDatabase>
#include <QLocale>
#include <QPainter>
#include <QPrintDialog>
#include <QPrinter>

#include <memory>

namespace salvor {

namespace {

QString normalised(const QString& text) {
    QString out;
    for (const QChar c : text.toUpper()) {
        if (c.isSpace() || c == QLatin1Char('-'))
            continue;
        if (c == QLatin1Char('O'))
            out += QLatin1Char('0');
        else if (c == QLatin1Char('I') || c == QLatin1Char('L'))
            out += QLatin1Char('1');
        else
            out += c;
    }
    return out;
}

/// Writes blocks of text one under the other.
class Writer {
public:
    Writer(QPainter& painter, QRectF area, double dotsPerInch)
        : m_painter(painter)
        , m_area(area)
        , m_dots(dotsPerInch) {}

    void write(const QString& text, double points, bool bold = false, bool fixed = false) {
        QFont font = fixed ? QFontDatabase::systemFont(QFontDatabase::FixedFont) : QFont();
        font.setPixelSize(static_cast<int>(points * m_dots / 72));
        font.setBold(bold);
        m_painter.setFont(font);
        QRectF used;
        m_painter.drawText(m_area, Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap, text, &used);
        m_area.setTop(used.bottom());
    }
    void gap(double points) { m_area.setTop(m_area.top() + points * m_dots / 72); }
    void rule() {
        m_painter.drawLine(m_area.topLeft(), m_area.topRight());
        gap(12);
    }

private:
    QPainter& m_painter;
    QRectF m_area;
    double m_dots;
};

} // namespace

bool isSamePassphrase(const QString& typed, const Secret& passphrase) {
    return !passphrase.empty() && normalised(typed) == normalised(toQt(passphrase.text()));
}

int differingGroup(const QString& typed, const Secret& passphrase) {
    constexpr int kGroup = 4;
    const QString given = normalised(typed);
    const QString right = normalised(toQt(passphrase.text()));
    for (qsizetype at = 0; at < std::min(given.size(), right.size()); ++at) {
        if (given[at] != right[at])
            return static_cast<int>(at / kGroup) + 1;
    }
    return given.size() > right.size() ? static_cast<int>(right.size()) / kGroup : 0;
}

void RecoverySheet::paint(QPainter& painter, const QRectF& page, double dotsPerInch, const RepositoryPin& pin,
                          const Secret& passphrase) {
    painter.setPen(QPen(Qt::black, dotsPerInch / 150));
    Writer writer(painter, page, dotsPerInch);
    writer.write(tr("Salvor recovery sheet"), 24, true);
    writer.gap(4);
    writer.write(tr("Whoever has this sheet and the backups can read them. Keep it where you keep contracts "
                    "and keys, not beside the computer."),
                 11);
    writer.gap(14);
    writer.rule();
    writer.write(tr("Repository"), 10, true);
    writer.write(toQt(pin.title), 14);
    writer.gap(8);
    writer.write(tr("Where it is"), 10, true);
    writer.write(shownUrl(pin.url), 12, false, true);
    writer.gap(8);
    writer.write(tr("Repository ID"), 10, true);
    writer.write(toQt(pin.id), 12, false, true);
    writer.gap(8);
    writer.write(tr("Made on"), 10, true);
    writer.write(QLocale().toString(QDateTime::currentDateTime(), QLocale::LongFormat), 12);
    writer.gap(16);
    writer.write(tr("Recovery passphrase"), 10, true);
    writer.gap(4);
    writer.write(toQt(passphrase.text()), 21, true, true);
    writer.gap(16);
    writer.rule();
    writer.write(tr("On the day it is needed"), 14, true);
    writer.gap(4);
    writer.write(tr("1. Get at the folder or share named above, and at the recovery file that was saved "
                    "outside of it. The repository holds a copy of that file too: keys/recovery.age.\n"
                    "2. Install Salvor on any computer, choose “Recover from a backup”, and give both and "
                    "this passphrase.\n"
                    "3. Without Salvor: the recovery file is an age file. “age --decrypt” opens it with this "
                    "passphrase; what is inside opens the backups. The steps are in the document "
                    "recovery-without-salvor."),
                 11);
    writer.gap(20);
    writer.write(tr("The second copy of the recovery file is kept at: ____________________________________"),
                 11);
}

void RecoverySheet::print(QWidget* parent, const RepositoryPin& pin, const Secret& passphrase) {
    struct Task {
        QPrinter printer{QPrinter::HighResolution};
        RepositoryPin pin;
        Secret passphrase;
    };
    auto task = std::make_shared<Task>();
    task->pin = pin;
    task->passphrase = passphrase.clone();
    task->printer.setDocName(tr("Salvor recovery sheet"));
    auto* dialog = new QPrintDialog(&task->printer, parent);
    dialog->setObjectName(QStringLiteral("printSheet"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setOptions(QPrintDialog::PrintToFile);
    QObject::connect(dialog, &QDialog::accepted, dialog, [task] {
        QPainter painter(&task->printer);
        if (!painter.isActive())
            return;
        QRectF page = task->printer.pageLayout().paintRectPixels(task->printer.resolution());
        page.moveTopLeft({0, 0});
        const double inch = task->printer.resolution();
        page.adjust(inch / 2, inch / 2, -inch / 2, -inch / 2);
        paint(painter, page, inch, task->pin, task->passphrase);
    });
    dialog->open();
}

} // namespace salvor
