#include "bench/output.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "bench/document.h"

namespace bench {

Output::Output(std::vector<std::string>& arguments) {
    constexpr std::string_view flag = "--benchmark_out=";
    if (const char* const variable = std::getenv("BENCHMARK_OUT"); variable != nullptr) path_ = variable;
    for (const std::string& argument : arguments) {
        if (argument.starts_with(flag)) path_ = argument.substr(flag.size());
        if (argument == "--benchmark_out_format=csv" || argument == "--benchmark_out_format=console") json_ = false;
    }
    if (path_.empty()) return;
    std::erase_if(arguments, [&](const std::string& argument) { return argument.starts_with(flag); });
    ::unsetenv("BENCHMARK_OUT");
    temporary_ = path_.string() + ".tmp." + std::to_string(::getpid());
    if (!std::ofstream{temporary_}) {
        throw std::runtime_error{"cannot write " + path_.string() + ": " + std::strerror(errno) +
                                 "; name a folder that exists and is writable"};
    }
    arguments.push_back(std::string{flag} + temporary_.string());
}

Output::~Output() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void Output::finish(std::span<const std::string> names, std::span<const Sample> samples, const RunCpus& cpus) const {
    if (path_.empty()) return;
    if (!json_) {
        std::filesystem::rename(temporary_, path_);
        return;
    }
    nlohmann::json document = read_benchmark_json(temporary_);
    complete_document(document, names, samples, cpus);
    write_atomically(path_, document.dump(1) + "\n");
}

}  // namespace bench
