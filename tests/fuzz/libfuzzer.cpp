// The program that libFuzzer drives: CONCUR_FUZZ names the function. See `./check fuzz`.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "functions.h"

namespace {

void (*chosen)(std::string_view) = nullptr;

}  // namespace

// The names are libFuzzer's.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
    const char* const name = std::getenv("CONCUR_FUZZ");
    const auto all = fuzz::functions();
    const auto found = std::ranges::find(all, std::string_view{name != nullptr ? name : ""}, &fuzz::Function::name);
    if (found == all.end()) {
        for (const fuzz::Function& one : all) std::fprintf(stderr, "CONCUR_FUZZ=%s\n", one.name.data());
        std::exit(2);
    }
    chosen = found->read;
    return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
    chosen({reinterpret_cast<const char*>(data), size});
    return 0;
}
