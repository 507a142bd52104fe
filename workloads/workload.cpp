#include "workloads/workload.h"

#include <stdexcept>

#include "sys/check.h"

namespace workloads {

void require_one_for_each(const tasks::Arguments& arguments, std::string_view total, std::string_view each) {
    const std::int64_t least = arguments.at(each);
    if (arguments.at(total) >= least) return;
    throw std::invalid_argument{"argument '" + std::string{total} + "' is " + std::to_string(arguments.at(total)) +
                                ", the total of all " + std::string{each} + "; it must be at least " +
                                std::to_string(least)};
}

void clear_latency(const Workload& workload) {
    for (ShardedHistogram* const one : {workload.latency(), workload.latency_uncorrected()}) {
        if (one != nullptr) one->clear();
    }
    for (const OtherLatency& other : workload.other_latencies()) other.times->clear();
}

Verdict verify_finished(const tasks::Ledger& ledger) {
    if (ledger.failures() > 0) {
        return Verdict::invalid(std::to_string(ledger.failures()) +
                                " tasks failed, the first with: " + sys::error_text(-ledger.first_error()));
    }
    for (std::size_t index = 0; index < ledger.roots(); ++index) {
        if (ledger.times_finished(index) != 1) {
            return Verdict::invalid("task " + std::to_string(index) + " finished " +
                                    std::to_string(ledger.times_finished(index)) + " times");
        }
    }
    return Verdict::valid();
}

}  // namespace workloads
