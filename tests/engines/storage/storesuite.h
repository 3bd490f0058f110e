// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// What every store must do. A test of a store derives from this, makes an empty store, and adds its own
// slots.
#pragma once

#include "engines/storage/store.h"

#include <QObject>

#include <memory>

namespace salvor::test {

class StoreSuite : public QObject {
    Q_OBJECT

protected:
    /// An empty store; called before each slot.
    virtual std::unique_ptr<Store> makeStore() = 0;
    /// Another object for the same place, as another process would have it.
    virtual std::unique_ptr<Store> reopenStore() = 0;
    Store& store() { return *m_store; }

private slots:
    void init();
    void cleanup();
    void put_get_areEqual_data();
    void put_get_areEqual();
    void put_twice_isAlreadyExists();
    void put_atOnceFromManyThreads_oneWins();
    void put_badKey_isInvalidInput_data();
    void put_badKey_isInvalidInput();
    void put_cancelled_leavesNothing();
    void put_reopened_isThere();
    void get_missing_isNotFound();
    void getRange_insideAndBeyond_isExactOrCorrupt();
    void list_prefix_givesExactlyThose();
    void list_nothingThere_isEmpty();
    void list_visitorFails_endsWithItsError();
    void list_cancelled_isCancelled();
    void list_whileRemoving_givesAll();
    void remove_thenGone_andAbsentIsFine();
    void stat_presentAndMissing_areTold();
    void folderName_isNotABlob();
    void sync_afterPuts_isOk();
    void space_isPlausible();

private:
    std::unique_ptr<Store> m_store;
};

} // namespace salvor::test
