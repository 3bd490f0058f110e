// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
// Files that may not be read, also where the tests run as root.
#pragma once

#include <linux/capability.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>

namespace salvor::test {

/// While it lives, permissions bind this thread as they bind anybody, and so the threads and programs that it
/// starts meanwhile.
class BoundByRights {
public:
    BoundByRights() {
        if (::syscall(SYS_capget, &m_header, m_before.data()) != 0)
            return;
        auto less = m_before;
        less[0].effective &= ~((1U << CAP_DAC_OVERRIDE) | (1U << CAP_DAC_READ_SEARCH));
        // Else root would have all of it again in a program that is started.
        m_bits = ::prctl(PR_GET_SECUREBITS);
        const bool started =
            ::geteuid() != 0 || (m_bits >= 0 && ::prctl(PR_SET_SECUREBITS, m_bits | SECBIT_NOROOT) == 0);
        m_lowered = ::syscall(SYS_capset, &m_header, less.data()) == 0;
        m_bound = started && m_lowered;
    }
    ~BoundByRights() {
        if (m_lowered)
            ::syscall(SYS_capset, &m_header, m_before.data());
        if (m_bits >= 0 && ::geteuid() == 0)
            ::prctl(PR_SET_SECUREBITS, m_bits);
    }
    BoundByRights(const BoundByRights&) = delete;
    BoundByRights& operator=(const BoundByRights&) = delete;
    bool isBound() const { return m_bound; }

private:
    __user_cap_header_struct m_header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> m_before{};
    int m_bits = -1;
    bool m_lowered = false;
    bool m_bound = false;
};

} // namespace salvor::test
