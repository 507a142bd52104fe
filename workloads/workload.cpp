#include "workloads/workload.h"

#include "sys/check.h"

namespace workloads {

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
