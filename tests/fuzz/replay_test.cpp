// Replays the corpus of each fuzz function, and inputs that resemble it. `./check fuzz` looks for new ones.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "functions.h"
#include "mutator.h"

namespace fuzz {
namespace {

constexpr int mutations = 2000;
constexpr std::uint64_t seed = 16;

std::vector<std::string> corpus_of(std::string_view name) {
    std::vector<std::filesystem::path> files;
    for (const auto& file : std::filesystem::directory_iterator{std::filesystem::path{FUZZ_CORPUS} / name}) {
        files.push_back(file.path());
    }
    // A folder has no order of its own.
    std::ranges::sort(files);
    std::vector<std::string> corpus;
    for (const auto& path : files) {
        std::ifstream file{path, std::ios::binary};
        corpus.emplace_back(std::istreambuf_iterator<char>{file}, std::istreambuf_iterator<char>{});
    }
    return corpus;
}

class Replay : public testing::TestWithParam<Function> {
protected:
    // A sanitizer ends the program: then the input is in this file.
    void read(const std::string& input) const {
        std::ofstream{last_input_, std::ios::binary} << input;
        try {
            GetParam().read(input);
        } catch (const std::exception& error) {
            ADD_FAILURE() << error.what() << "\nThe input is " << testing::PrintToString(input);
        }
    }

    std::vector<std::string> corpus_ = corpus_of(GetParam().name);
    std::string last_input_ =
        testing::TempDir() + "concur_fuzz_" + std::string{GetParam().name} + "_" + std::to_string(::getpid());
};

TEST_P(Replay, KeepsItsPromisesForTheCorpus) {
    ASSERT_FALSE(corpus_.empty());
    for (const std::string& input : corpus_) read(input);
    std::filesystem::remove(last_input_);
}

TEST_P(Replay, KeepsItsPromisesForMutations) {
    ASSERT_FALSE(corpus_.empty());
    Mutator mutator{corpus_, seed};
    for (int i = 0; i < mutations && !HasFailure(); ++i) read(mutator.next());
    std::filesystem::remove(last_input_);
}

INSTANTIATE_TEST_SUITE_P(Fuzz, Replay, testing::ValuesIn(functions().begin(), functions().end()),
                         [](const auto& function) { return std::string{function.param.name}; });

TEST(Mutator, MakesTheSameInputsFromTheSameSeed) {
    const std::vector<std::string> corpus{"GET / HTTP/1.1\r\n", "{\"a\": 1}"};
    Mutator one{corpus, 1};
    Mutator same{corpus, 1};
    Mutator other{corpus, 2};
    int different = 0;
    for (int i = 0; i < 100; ++i) {
        const std::string input = one.next();
        ASSERT_EQ(input, same.next());
        if (input != other.next()) ++different;
    }
    EXPECT_GT(different, 50);
}

}  // namespace
}  // namespace fuzz
