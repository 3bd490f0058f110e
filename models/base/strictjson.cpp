// SPDX-FileCopyrightText: 2026 The Salvor authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "models/base/strictjson.h"

#include "models/base/printable.h"

#include <set>
#include <vector>

namespace salvor {

namespace {

bool hasHalfCharacter(const QString& text) {
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate())
            ++i;
        else if (text[i].isSurrogate())
            return true;
    }
    return false;
}

/// Of a document that is known to be JSON: only texts and braces have to be told apart.
class StrictReader {
public:
    StrictReader(std::string_view bytes, std::string_view what)
        : m_bytes(bytes)
        , m_what(what) {}

    Result<> check() {
        while (m_at < m_bytes.size()) {
            switch (m_bytes[m_at]) {
            case '{':
                m_open.push_back({true, {}});
                m_isKey = true;
                break;
            case '[':
                m_open.push_back({});
                m_isKey = false;
                break;
            case '}':
            case ']':
                m_open.pop_back();
                break;
            case ',':
                m_isKey = m_open.back().isObject;
                break;
            case '"':
                SALVOR_TRY(takeText());
                continue;
            default:
                break;
            }
            ++m_at;
        }
        return {};
    }

private:
    struct Open {
        bool isObject = false;
        std::set<QString> keys;
    };

    Result<> takeText() {
        const std::size_t begin = m_at;
        for (++m_at; m_bytes[m_at] != '"'; ++m_at) {
            if (m_bytes[m_at] == '\\')
                ++m_at;
        }
        ++m_at;
        const std::string_view written = m_bytes.substr(begin, m_at - begin);
        const QString text = meant(written);
        if (hasHalfCharacter(text))
            return failure(ErrorCode::Corrupt, std::string(m_what) +
                                                   ": half of a character (a lone surrogate) in " +
                                                   printable(written));
        if (m_isKey && !m_open.back().keys.insert(text).second)
            return failure(ErrorCode::Corrupt,
                           std::string(m_what) + ": the key " + printable(written) + " is there twice");
        m_isKey = false;
        return {};
    }

    /// Escapes resolved: a key may be written in several ways. By hand, since Qt replaces halves of
    /// characters.
    static QString meant(std::string_view written) {
        constexpr std::string_view kLetters = "nrtbf";
        constexpr std::string_view kMeant = "\n\r\t\b\f";
        const QString text = toQt(written.substr(1, written.size() - 2));
        QString out;
        for (qsizetype i = 0; i < text.size(); ++i) {
            if (text[i] != QLatin1Char('\\')) {
                out += text[i];
                continue;
            }
            const QChar next = text[++i];
            if (next == QLatin1Char('u')) {
                out += QChar(text.mid(i + 1, 4).toUShort(nullptr, 16));
                i += 4;
                continue;
            }
            const auto letter = kLetters.find(next.toLatin1());
            out += letter == std::string_view::npos ? next : QChar::fromLatin1(kMeant[letter]);
        }
        return out;
    }

    std::string_view m_bytes;
    std::string_view m_what;
    std::size_t m_at = 0;
    bool m_isKey = false;
    std::vector<Open> m_open;
};

} // namespace

Result<QJsonObject> parseStrictJsonObject(std::string_view bytes, std::string_view what) {
    SALVOR_ASSIGN(auto object, parseJsonObject(bytes, what));
    SALVOR_TRY(StrictReader(bytes, what).check());
    return object;
}

} // namespace salvor
