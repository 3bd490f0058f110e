// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/support/theme.h"

#include "ui/support/statemark.h"

#include <QApplication>
#include <QFontMetricsF>
#include <QPainter>
#include <QProxyStyle>
#include <QStyleOption>

#include <algorithm>
#include <cmath>

namespace salvor {

namespace {

struct Shades {
    QRgb window, base, alternate, text, muted, button, highlight, highlightedText, link, border, tip;
};

QPalette build(const Shades& shades) {
    QPalette palette;
    const auto set = [&](QPalette::ColorRole role, QRgb colour) { palette.setColor(role, QColor(colour)); };
    set(QPalette::Window, shades.window);
    set(QPalette::WindowText, shades.text);
    set(QPalette::Base, shades.base);
    set(QPalette::AlternateBase, shades.alternate);
    set(QPalette::Text, shades.text);
    set(QPalette::Button, shades.button);
    set(QPalette::ButtonText, shades.text);
    set(QPalette::BrightText, shades.highlightedText);
    set(QPalette::Highlight, shades.highlight);
    set(QPalette::HighlightedText, shades.highlightedText);
    set(QPalette::Link, shades.link);
    set(QPalette::LinkVisited, shades.link);
    set(QPalette::ToolTipBase, shades.tip);
    set(QPalette::ToolTipText, shades.text);
    set(QPalette::PlaceholderText, shades.muted);
    set(QPalette::Mid, shades.border);
    set(QPalette::Midlight, shades.alternate);
    set(QPalette::Light, shades.base);
    palette.setColor(QPalette::Dark, QColor(shades.border).darker(115));
    palette.setColor(QPalette::Shadow, QColor(0, 0, 0));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, QColor(shades.muted));
    palette.setColor(QPalette::Disabled, QPalette::Highlight, QColor(shades.border));
    return palette;
}

double luminance(const QColor& colour) {
    const auto channel = [](double value) {
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * channel(colour.redF()) + 0.7152 * channel(colour.greenF()) +
           0.0722 * channel(colour.blueF());
}

/// Fusion with more room in tables and trees.
class RoomyStyle final : public QProxyStyle {
public:
    RoomyStyle()
        : QProxyStyle(QStringLiteral("Fusion")) {}
    int pixelMetric(PixelMetric metric, const QStyleOption* option, const QWidget* widget) const override {
        if (metric == PM_FocusFrameHMargin || metric == PM_HeaderMargin)
            return 6;
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
    QSize sizeFromContents(ContentsType type, const QStyleOption* option, const QSize& size,
                           const QWidget* widget) const override {
        const QSize made = QProxyStyle::sizeFromContents(type, option, size, widget);
        if (type == CT_ItemViewItem)
            return made + QSize(0, 6);
        if (type == CT_TabBarTab)
            return made + QSize(12, 6);
        return made;
    }
    // Fusion's outlines are shades of the window's colour: hardly to be seen on a dark one, none at all on
    // black.
    void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                       const QWidget* widget) const override {
        QProxyStyle::drawPrimitive(element, option, painter, widget);
        if (element == PE_IndicatorCheckBox || element == PE_IndicatorRadioButton) {
            drawIndicatorOutline(element, *option, *painter);
            return;
        }
        if (element == PE_FrameLineEdit)
            drawFieldOutline(*option, *painter);
        const bool outlined = element == PE_FrameLineEdit || element == PE_PanelButtonCommand ||
                              element == PE_PanelButtonTool || element == PE_Frame ||
                              element == PE_FrameMenu || element == PE_FrameGroupBox;
        if (!outlined || option->palette.color(QPalette::Window) != QColor(Qt::black))
            return;
        drawPlainOutline(*option, *painter);
    }
    static void drawPlainOutline(const QStyleOption& option, QPainter& painter) {
        painter.save();
        painter.setBrush(Qt::NoBrush);
        painter.setPen(option.palette.color(QPalette::WindowText));
        painter.drawRect(option.rect.adjusted(0, 0, -1, -1));
        painter.restore();
    }
    static void drawIndicatorOutline(PrimitiveElement element, const QStyleOption& option,
                                     QPainter& painter) {
        if (!Theme::isDark(option.palette))
            return;
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setBrush(Qt::NoBrush);
        painter.setPen(option.palette.color(QPalette::PlaceholderText));
        const QRectF inside = QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5);
        if (element == PE_IndicatorRadioButton)
            painter.drawEllipse(inside);
        else
            painter.drawRect(inside);
        painter.restore();
    }
    void drawComplexControl(ComplexControl control, const QStyleOptionComplex* option, QPainter* painter,
                            const QWidget* widget) const override {
        QProxyStyle::drawComplexControl(control, option, painter, widget);
        if (control != CC_SpinBox)
            return;
        drawFieldOutline(*option, *painter);
        const bool black = option->palette.color(QPalette::Window) == QColor(Qt::black);
        if (black && option->subControls.testFlag(SC_SpinBoxFrame) && !option->state.testFlag(State_HasFocus))
            drawPlainOutline(*option, *painter);
    }
    /// Qt measures a text without its underlined letter and draws it in three pieces, so that "To" loses its
    /// kerning and is cut where the room was measured. Drawn in one piece here, the line underneath.
    void drawItemText(QPainter* painter, const QRect& rect, int flags, const QPalette& palette, bool enabled,
                      const QString& text, QPalette::ColorRole role) const override {
        const auto mark = text.indexOf(QLatin1Char('&'));
        const bool plain = mark >= 0 && mark + 1 < text.size() && text.count(QLatin1Char('&')) == 1 &&
                           (flags & Qt::TextShowMnemonic) != 0 && (flags & Qt::TextHideMnemonic) == 0 &&
                           (flags & Qt::TextWordWrap) == 0 && !text.contains(QLatin1Char('\n')) &&
                           !text.contains(QLatin1Char('\t')) && !text.isRightToLeft();
        if (!plain) {
            QProxyStyle::drawItemText(painter, rect, flags, palette, enabled, text, role);
            return;
        }
        const QString shown = QString(text).remove(mark, 1);
        const int rest = flags & ~Qt::TextShowMnemonic;
        QProxyStyle::drawItemText(painter, rect, rest, palette, enabled, shown, role);
        const QFontMetricsF metrics(painter->font(), painter->device());
        const QRectF place = metrics.boundingRect(QRectF(rect), rest, shown);
        const double to = place.left() + metrics.horizontalAdvance(shown.left(mark + 1));
        const double from = to - metrics.horizontalAdvance(shown.at(mark));
        const double y = place.top() + metrics.ascent() + metrics.underlinePos();
        painter->save();
        painter->setPen(QPen(role == QPalette::NoRole ? painter->pen().color() : palette.color(role),
                             metrics.lineWidth()));
        painter->drawLine(QLineF(from, y, to, y));
        painter->restore();
    }
    /// One that has the focus has the style's own.
    static void drawFieldOutline(const QStyleOption& option, QPainter& painter) {
        if (!Theme::isDark(option.palette) || option.palette.color(QPalette::Window) == QColor(Qt::black) ||
            option.state.testFlag(State_HasFocus))
            return;
        painter.save();
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setBrush(Qt::NoBrush);
        QColor line = option.palette.color(QPalette::PlaceholderText);
        line.setAlphaF(option.state.testFlag(State_Enabled) ? 0.6F : 0.3F);
        painter.setPen(line);
        painter.drawRoundedRect(QRectF(option.rect).adjusted(0.5, 0.5, -0.5, -0.5), 2, 2);
        painter.restore();
    }
    int styleHint(StyleHint hint, const QStyleOption* option, const QWidget* widget,
                  QStyleHintReturn* data) const override {
        // The flows' buttons have none; those of a box are not to look different.
        return hint == SH_DialogButtonBox_ButtonsHaveIcons
                   ? 0
                   : QProxyStyle::styleHint(hint, option, widget, data);
    }
    /// Fusion has speech bubbles of its own.
    QIcon standardIcon(StandardPixmap which, const QStyleOption* option,
                       const QWidget* widget) const override {
        switch (which) {
        case SP_MessageBoxQuestion: // each of them asks before something is lost
        case SP_MessageBoxWarning:
            return StateMark::icon(Tone::Warning);
        case SP_MessageBoxCritical:
            return StateMark::icon(Tone::Bad);
        default:
            return QProxyStyle::standardIcon(which, option, widget);
        }
    }
    void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override {
        QProxyStyle::drawControl(element, option, painter, widget);
        if (element == CE_TabBarTabShape && (option->state & State_Selected) != 0) {
            const QRect& rect = option->rect;
            painter->fillRect(QRect(rect.left() + 1, rect.bottom() - 2, rect.width() - 2, 3),
                              option->palette.color(QPalette::Highlight));
        }
    }
};

} // namespace

Theme::Theme(QApplication& application)
    : QObject(&application)
    , m_system(QApplication::palette()) {
    QApplication::setStyle(new RoomyStyle);
}

void Theme::apply(ThemeChoice choice) {
    m_choice = choice;
    const bool wantsDark = choice == ThemeChoice::Dark || (choice == ThemeChoice::System && isDark(m_system));
    QApplication::setPalette(choice == ThemeChoice::HighContrast ? highContrast()
                             : wantsDark                         ? dark()
                                                                 : light());
}

QPalette Theme::light() {
    return build({0xfff4f5f7, 0xffffffff, 0xfff0f2f5, 0xff1d2430, 0xff5c6675, 0xffffffff, 0xff1f5fbf,
                  0xffffffff, 0xff1a56ad, 0xffd3d8e0, 0xffffffff});
}

QPalette Theme::dark() {
    return build({0xff1b1f26, 0xff14171d, 0xff1f242c, 0xffe4e8ee, 0xff9aa5b4, 0xff2a303a, 0xff2f6fd0,
                  0xffffffff, 0xff7db0ff, 0xff363d49, 0xff2a303a});
}

QPalette Theme::highContrast() {
    return build({0xff000000, 0xff000000, 0xff1a1a1a, 0xffffffff, 0xffd0d0d0, 0xff000000, 0xffffe100,
                  0xff000000, 0xff6fd3ff, 0xffffffff, 0xff000000});
}

QColor Theme::tone(Tone tone, const QPalette& palette) {
    const bool darkBase = isDark(palette);
    switch (tone) {
    case Tone::Good:
        return QColor(darkBase ? 0xff58c98a : 0xff15723f);
    case Tone::Warning:
        return QColor(darkBase ? 0xfff0b64a : 0xff8a5a00);
    case Tone::Bad:
        return QColor(darkBase ? 0xffff8078 : 0xffb3261e);
    case Tone::Running:
        return QColor(darkBase ? 0xff7db0ff : 0xff1a56ad);
    case Tone::Neutral:
        break;
    }
    return palette.color(QPalette::PlaceholderText);
}

QColor Theme::toneBackground(Tone tone, const QPalette& palette) {
    const QColor over = Theme::tone(tone, palette);
    const QColor base = palette.color(QPalette::Base);
    const double share = isDark(palette) ? 0.16 : 0.09;
    const auto mix = [&](int from, int to) { return static_cast<int>(from + (to - from) * share); };
    return {mix(base.red(), over.red()), mix(base.green(), over.green()), mix(base.blue(), over.blue())};
}

bool Theme::isDark(const QPalette& palette) { return palette.color(QPalette::Base).lightness() < 128; }

double Theme::contrast(const QColor& one, const QColor& other) {
    const double a = luminance(one);
    const double b = luminance(other);
    return (std::max(a, b) + 0.05) / (std::min(a, b) + 0.05);
}

} // namespace salvor
