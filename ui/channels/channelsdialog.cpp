// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/channels/channelsdialog.h"

#include "models/base/json.h"
#include "ui/channels/channelform.h"
#include "ui/support/backgroundcall.h"
#include "ui/support/errorpanel.h"
#include "ui/support/tables.h"
#include "workers/watchjobs.h"

#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QMessageBox>
#include <QPushButton>
#include <QTableView>
#include <QVBoxLayout>

namespace salvor {

namespace {

QString whereTo(const Channel& channel) {
    if (channel.kind != "mail")
        return toQt(channel.url);
    QStringList all;
    for (const auto& one : channel.to)
        all << toQt(one);
    return all.join(QStringLiteral(", "));
}

} // namespace

ChannelsDialog::ChannelsDialog(Core& core, Lookups& lookups, QWidget* parent)
    : QDialog(parent)
    , m_core(core)
    , m_lookups(lookups) {
    setObjectName(QStringLiteral("channelsDialog"));
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle(tr("Channels"));
    m_call = new BackgroundCall(lookups, this);
    connect(m_call, &BackgroundCall::runningChanged, this, &ChannelsDialog::update);
    build();
    load();
    resize(720, 400);
}

void ChannelsDialog::build() {
    auto* what =
        new QLabel(tr("By a channel somebody is told: by mail, or a program by a web request. Policies "
                      "name them, and the watch uses those that a policy names."),
                   this);
    what->setWordWrap(true);
    m_model.setHorizontalHeaderLabels({tr("Name"), tr("Kind"), tr("To"), tr("Secret")});
    m_table = new QTableView(this);
    setUpTable(*m_table, "channelsTable", tr("Channels"));
    m_table->setSortingEnabled(false); // rows are in the order of the records
    m_table->setFrameShape(QFrame::StyledPanel);
    m_table->setModel(&m_model);
    setColumnWidths(*m_table, {16, 12, 40, 12});
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
            &ChannelsDialog::update);
    connect(m_table, &QAbstractItemView::activated, this, [this] {
        if (chosen() != nullptr)
            edit(*chosen());
    });
    m_said = new QLabel(this);
    m_said->setObjectName(QStringLiteral("channelsSaid"));
    m_said->setWordWrap(true);
    m_said->setTextFormat(Qt::PlainText);
    m_said->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_error = new ErrorPanel(this);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    buttons->button(QDialogButtonBox::Close)->setObjectName(QStringLiteral("channelsClose"));
    const auto add = [&](const char* name, const QString& text) {
        auto* made = buttons->addButton(text, QDialogButtonBox::ActionRole);
        made->setObjectName(QLatin1String(name));
        made->setAutoDefault(false);
        return made;
    };
    m_add = add("channelsAdd", tr("&Add…"));
    m_change = add("channelsChange", tr("C&hange…"));
    m_test = add("channelsTest", tr("Send a &test"));
    m_remove = add("channelsRemove", tr("&Remove…"));
    connect(m_add, &QPushButton::clicked, this, [this] { edit({}); });
    connect(m_change, &QPushButton::clicked, this, [this] { edit(*chosen()); });
    connect(m_test, &QPushButton::clicked, this, &ChannelsDialog::test);
    connect(m_remove, &QPushButton::clicked, this, &ChannelsDialog::askToRemove);
    connect(buttons, &QDialogButtonBox::rejected, this, &ChannelsDialog::reject);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(20, 18, 20, 12);
    layout->setSpacing(10);
    layout->addWidget(what);
    layout->addWidget(m_table, 1);
    for (QWidget* one : std::initializer_list<QWidget*>{m_said, m_error, buttons})
        layout->addWidget(one);
}

void ChannelsDialog::load() {
    m_call->run<std::vector<Channel>>([&core = m_core](const CancelToken&) { return core.channels(); },
                                      [this](Result<std::vector<Channel>> channels) {
                                          if (channels)
                                              show(std::move(*channels));
                                          else
                                              m_error->showError(channels.error());
                                      });
}

void ChannelsDialog::show(std::vector<Channel> channels) {
    const std::string before = chosen() != nullptr ? chosen()->uuid : std::string();
    m_channels = std::move(channels);
    m_model.removeRows(0, m_model.rowCount());
    int current = 0;
    for (const auto& channel : m_channels) {
        if (channel.uuid == before)
            current = m_model.rowCount();
        QList<QStandardItem*> row;
        for (const QString& text :
             {toQt(channel.title), toQt(channel.kind), whereTo(channel),
              channel.secretKind.empty() ? tr("none") : tr("in the %1").arg(toQt(channel.secretKind))}) {
            row << new QStandardItem(text);
            row.last()->setToolTip(text);
        }
        m_model.appendRow(row);
    }
    if (!m_channels.empty())
        m_table->setCurrentIndex(m_model.index(current, 0));
    else
        m_said->setText(tr("There is no channel yet."));
    update();
}

const Channel* ChannelsDialog::chosen() const {
    const int row = m_table->currentIndex().row();
    return row >= 0 && row < static_cast<int>(m_channels.size()) ? &m_channels[static_cast<std::size_t>(row)]
                                                                 : nullptr;
}

void ChannelsDialog::update() {
    const bool busy = m_call->isRunning();
    m_add->setEnabled(!busy);
    for (QPushButton* button : {m_change, m_test, m_remove})
        button->setEnabled(!busy && chosen() != nullptr);
}

void ChannelsDialog::edit(const Channel& channel) {
    m_said->clear();
    m_error->clear();
    auto* form = new ChannelForm(m_core, m_lookups, channel, this);
    connect(form, &ChannelForm::saved, this, [this] {
        load();
        emit changed();
    });
    form->open();
}

void ChannelsDialog::test() {
    m_error->clear();
    m_said->setText(tr("Sending; “Close” stops it."));
    m_call->run<Delivery>([&core = m_core, uuid = chosen()->uuid](
                              const CancelToken& cancel) { return core.testChannel(uuid, cancel); },
                          [this](Result<Delivery> delivery) {
                              m_said->clear();
                              if (delivery)
                                  tell(*delivery);
                              else
                                  m_error->showError(delivery.error(), tr("Nothing was sent."));
                          });
}

void ChannelsDialog::tell(const Delivery& delivery) {
    if (delivery.accepted)
        m_said->setText(tr("Accepted by the server: %1").arg(toQt(delivery.reply)));
    else if (delivery.error)
        m_error->showError(*delivery.error, delivery.missing.empty() ? tr("Nothing arrived.")
                                                                     : tr("It was not taken for everybody."));
}

void ChannelsDialog::askToRemove() {
    m_error->clear();
    auto* box = new QMessageBox(QMessageBox::NoIcon, tr("Remove a channel"),
                                tr("Remove the channel “%1” and its secret?").arg(toQt(chosen()->title)),
                                QMessageBox::NoButton, this);
    box->setTextFormat(Qt::PlainText);
    box->setObjectName(QStringLiteral("channelRemoveQuestion"));
    box->setAttribute(Qt::WA_DeleteOnClose);
    auto* yes = box->addButton(tr("&Remove"), QMessageBox::DestructiveRole);
    yes->setObjectName(QStringLiteral("channelRemoveYes"));
    auto* no = box->addButton(tr("&Keep it"), QMessageBox::RejectRole);
    no->setObjectName(QStringLiteral("channelRemoveKeep"));
    box->setDefaultButton(no);
    box->setEscapeButton(no);
    connect(yes, &QPushButton::clicked, this, [this, channel = *chosen()] { remove(channel); });
    box->open();
}

void ChannelsDialog::remove(const Channel& channel) {
    m_call->run<void>([&core = m_core, uuid = channel.uuid, revision = channel.revision](
                          const CancelToken&) { return core.removeChannel(uuid, revision); },
                      [this](Result<> done) {
                          if (!done)
                              m_error->showError(done.error());
                          load();
                          emit changed();
                      });
}

void ChannelsDialog::reject() {
    if (m_call->isRunning())
        m_call->cancel(); // the answer still comes
    else
        QDialog::reject();
}

} // namespace salvor
