// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Qt Test runs a watchdog on a thread of its own, whose locks ThreadSanitizer cannot see, as Qt is not
// instrumented. Nothing that these tests try uses QWaitCondition, so no race of our own can hide behind this.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
    return "race:QWaitCondition\n"
           "race:QTest::qRun\n"
           "called_from_lib:libQt6Test.so\n";
}
