#include "mutator.h"

namespace fuzz {
namespace {

// Values at which programs break.
constexpr std::string_view nasty[] = {"0",
                                      "-1",
                                      "1",
                                      "2147483648",
                                      "18446744073709551615",
                                      "9223372036854775808",
                                      "1e308",
                                      "-0.5",
                                      "null",
                                      "true",
                                      "\"\"",
                                      "{}",
                                      "[]",
                                      "\r\n",
                                      "\n",
                                      ":",
                                      "/",
                                      ",",
                                      "[",
                                      "{",
                                      "\"",
                                      "\\u0000",
                                      "\xff",
                                      "\xc3\xa9",
                                      " ",
                                      "\t",
                                      "\x1b[2J"};

}  // namespace

std::string Mutator::next() {
    std::string text = corpus_[below(corpus_.size())];
    for (std::size_t changes = 1 + below(4); changes > 0; --changes) change(text);
    return text;
}

std::string_view Mutator::some_part(std::string_view text) {
    const std::size_t begin = below(text.size());
    return text.substr(begin, 1 + below(32));
}

void Mutator::change(std::string& text) {
    const std::size_t at = below(text.size() + 1);
    switch (below(7)) {
        case 0:
            if (at < text.size()) text[at] = static_cast<char>(random_());
            break;
        case 1:
            if (at < text.size()) text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
            break;
        case 2: text.insert(at, nasty[below(std::size(nasty))]); break;
        case 3: text.erase(at, 1 + below(32)); break;
        case 4: text.insert(at, std::string{some_part(text)}); break;
        case 5: text.insert(at, std::string{some_part(corpus_[below(corpus_.size())])}); break;
        default: {
            // Replaces a number or a word: what a mutation of bytes seldom does.
            std::size_t end = at;
            while (end < text.size() && std::string_view{",:]}/\r\n "}.find(text[end]) == std::string_view::npos) ++end;
            text.replace(at, end - at, nasty[below(std::size(nasty))]);
        }
    }
}

}  // namespace fuzz
