#include "bench/output.h"

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <system_error>

#include "bench/document.h"
#include "sys/output_file.h"

namespace bench {
namespace {

// Whatever this process has as standard output.
const std::filesystem::path standard_output{"/dev/fd/1"};

}  // namespace

Output::Output(const BenchmarkFlags& flags)
    : path_{flags.output},
      is_document_{flags.output_format == BenchmarkFlags::Format::json},
      shows_document_{flags.format == BenchmarkFlags::Format::json && is_document_} {
    if (path_.empty() || flags.asks_for_help || flags.lists_cases) return;
    try {
        sys::require_writable(path_);
    } catch (const std::exception& error) {
        throw std::runtime_error{"cannot write " + path_.string() + ": " + error.what() +
                                 "; name a file that is writable, in a folder that exists"};
    }
    is_standard_output_ = sys::is_standard_output(path_);
}

bool Output::finish(bool complete, bool shown, sys::Patience patience) const {
    const std::string to_write = text(complete);
    if (to_write.empty()) return false;
    if (!path_.empty()) write_or_keep(path_, to_write, patience);
    const bool kept = !path_.empty();
    std::string failure = shown ? "" : "write error";
    if (shows_document_ && !is_standard_output_) {
        try {
            sys::write_output(standard_output, to_write, patience);
        } catch (const std::system_error& error) {
            failure = error.what();
        }
    }
    if (failure.empty()) return true;
    if (!kept) keep_instead("standard output", failure, to_write);
    throw std::runtime_error{"cannot write standard output: " + failure + "; the results are in " + path_.string()};
}

// In CSV, and as a table, that is all text. Of a document it is nothing if no case has been measured.
std::string Output::text(bool complete) const {
    std::string lines = spool_.read();
    if (!is_document_) return lines;
    // A process that was killed may have left a part of a line.
    lines.resize(lines.rfind('\n') + 1);
    const std::size_t first_end = lines.find('\n');
    if (first_end == std::string::npos) return {};
    const bool has_entries = first_end + 1 < lines.size();
    if (!has_entries && !complete) return {};
    nlohmann::json context = nlohmann::json::parse(lines.substr(0, first_end));
    context["concur"]["complete"] = complete;
    std::string entries = lines.substr(first_end + 1);
    if (has_entries) entries.pop_back();
    std::string separated;
    for (const char c : entries) separated += c == '\n' ? std::string{",\n"} : std::string{c};
    return "{\n\"context\": " + context.dump(1) + ",\n\"benchmarks\": [\n" + separated + "\n]\n}\n";
}

}  // namespace bench
