#include "bench/counting.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <exception>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>

#include "bench/cpu_options.h"
#include "bench/harness/harness.h"
#include "bench/sample_json.h"
#include "sys/check.h"
#include "sys/child_output.h"
#include "sys/child_process.h"

namespace bench {
Counts count_in_own_process(const Case& what, const CpuPlan& cpus, std::optional<std::uint64_t> units) {
    const std::string name = what.name();
    const CpuSplit& split = cpus.of(what.workload->group);
    const std::string placement{to_string(cpus.placement)};
    const std::string model_cpus = to_text(split.model);
    const std::string peer_cpus = to_text(split.peer);
    const std::string quota = std::to_string(units.value_or(0));
    const sys::ChildOutput output = sys::run_child([&](int standard_output) {
        sys::check(::dup2(standard_output, STDOUT_FILENO), "dup2");
        ::execl("/proc/self/exe", "counts", counts_of_option, name.c_str(), "--placement", placement.c_str(),
                model_cpus_option, model_cpus.c_str(), peer_cpus_option, peer_cpus.c_str(), counted_units_option,
                quota.c_str(), nullptr);
        throw std::runtime_error{"cannot run /proc/self/exe: " + sys::error_text(errno)};
    });
    const std::string ending = sys::describe_exit(output.status);
    const nlohmann::json counts = nlohmann::json::parse(output.text, nullptr, /*allow_exceptions=*/false);
    if (counts.contains("failure")) throw std::runtime_error{counts["failure"].get<std::string>()};
    if (!ending.empty() || counts.is_discarded()) throw std::runtime_error{ending.empty() ? "no counts" : ending};
    return to_counts(counts);
}

int print_counts(const Case& what, const CpuPlan& cpus, std::optional<std::uint64_t> units) {
    nlohmann::json counts;
    try {
        counts = to_json(Harness{what, cpus}.count(units));
    } catch (const std::exception& error) {
        counts = {{"failure", error.what()}};
    }
    std::puts(counts.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace).c_str());
    return 0;
}

}  // namespace bench
