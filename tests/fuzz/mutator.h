#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace fuzz {

// Makes inputs that resemble those of a corpus. The same seed makes the same inputs on every machine.
class Mutator {
public:
    // `corpus` is not empty.
    Mutator(std::vector<std::string> corpus, std::uint64_t seed) : corpus_{std::move(corpus)}, random_{seed} {}

    [[nodiscard]] std::string next();

private:
    void change(std::string& text);
    // Below `end`; 0 if `end` is 0. std::uniform_int_distribution differs between libraries.
    [[nodiscard]] std::size_t below(std::size_t end) { return end == 0 ? 0 : random_() % end; }
    [[nodiscard]] std::string_view some_part(std::string_view text);

    std::vector<std::string> corpus_;
    std::mt19937_64 random_;
};

}  // namespace fuzz
