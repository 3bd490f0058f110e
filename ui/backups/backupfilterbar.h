// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What narrows the list of backups: text, what is chosen on the left, kind, state, time.
#pragma once

#include "models/catalog/catalogfilter.h"
#include "ui/main/windowpage.h"

#include <QWidget>

class QComboBox;
class QDateEdit;
class QLabel;
class QLineEdit;
class QMenu;
class QTimer;
class QToolButton;

namespace salvor {

/// Lives in the window's thread.
class BackupFilterBar : public QWidget {
    Q_OBJECT

public:
    explicit BackupFilterBar(QWidget* parent = nullptr);
    /// Everything but damage, sort, limit and offset. `now`: what "the last 7 days" ends with.
    BackupFilter filter(Instant now) const;
    /// Damage is no column of the catalog: Core::damage() has the ids.
    bool wantsDamaged() const;
    bool isNarrowed() const; ///< by anything but the choice on the left
    void clear();
    /// The backup kinds that engines can make; with one, there is nothing to choose.
    void setKinds(const QStringList& kinds);
    void setSelection(const Selection& selection, const QString& name);
    /// What "from … to …" begins with.
    void setToday(const QDate& today);
    void setColumnsMenu(QMenu* menu);
    void setCount(const QString& text);
    void setSearch(const QString& text);
    void focusSearch();

signals:
    void changed();
    void selectionDropped(); ///< everything on the left is wanted again

private:
    QComboBox* makeCombo(const char* name, const QString& label);
    void makeTimes();
    void changedAtOnce();

    QLineEdit* m_search = nullptr;
    QToolButton* m_chip = nullptr;
    QComboBox* m_kind = nullptr;
    QComboBox* m_state = nullptr;
    QComboBox* m_time = nullptr;
    QDateEdit* m_from = nullptr;
    QDateEdit* m_to = nullptr;
    QLabel* m_count = nullptr;
    QToolButton* m_columns = nullptr;
    QTimer* m_typing = nullptr;
    Selection m_selection;
};

} // namespace salvor
