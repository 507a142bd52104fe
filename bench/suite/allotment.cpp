#include "bench/suite/allotment.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numeric>
#include <queue>

namespace bench {
namespace {

// The 0.975 quantile of Student's t with 1, 2, ... degrees of freedom (scipy.stats.t.ppf).
constexpr std::array t_quantile{12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
                                2.201,  2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
                                2.080,  2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
                                2.040,  2.037, 2.035, 2.032, 2.030, 2.028, 2.026, 2.024, 2.023};

double deviation(const std::vector<double>& values) {
    const auto count = static_cast<double>(values.size());
    const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    return std::sqrt(squares / (count - 1));
}

}  // namespace

double half_width(double deviation, std::size_t sets) {
    assert(sets >= 2);
    const std::size_t freedom = std::min(sets - 1, t_quantile.size());
    return t_quantile[freedom - 1] * deviation / std::sqrt(static_cast<double>(sets));
}

std::map<CaseKey, std::size_t> allot(std::span<const Width> widths, double left_s, std::size_t sets_most) {
    constexpr std::size_t values_least = 3;
    struct Candidate {
        double half_width;
        double deviation;
        std::size_t index;
        bool operator<(const Candidate& other) const { return half_width < other.half_width; }
    };
    std::map<CaseKey, std::size_t> more;
    std::priority_queue<Candidate> widest;
    for (std::size_t i = 0; i < widths.size(); ++i) {
        const Width& width = widths[i];
        if (width.values.size() < values_least || width.values.size() >= sets_most) continue;
        const double spread = deviation(width.values);
        widest.push({half_width(spread, width.values.size()), spread, i});
    }
    while (!widest.empty()) {
        const Candidate one = widest.top();
        widest.pop();
        const Width& width = widths[one.index];
        if (width.set_s > left_s) continue;
        left_s -= width.set_s;
        const std::size_t now = width.values.size() + ++more[width.key];
        if (now < sets_most) widest.push({half_width(one.deviation, now), one.deviation, one.index});
    }
    return more;
}

}  // namespace bench
