// CPU: rows of very unequal cost. With as many tasks as CPUs, the job shows static sharing: the first task has most of
// the work. With many tasks it shows dynamic sharing.
#include <vector>

#include "workloads/workload.h"

namespace workloads {
namespace {

// The upper half of the Mandelbrot set; row 0 is the real axis. Rows inside the set need the most iterations at nearly
// every point; rows at the edge of the picture need few.
struct Picture {
    std::size_t rows;

    [[nodiscard]] std::uint64_t row_cost(std::size_t row) const noexcept {
        constexpr int columns = 256;
        constexpr int iterations_max = 200;
        const double y = 1.25 * static_cast<double>(row) / static_cast<double>(rows);
        std::uint64_t iterations = 0;
        for (int column = 0; column < columns; ++column) {
            const double x = -2.0 + 2.75 * column / columns;
            double re = 0;
            double im = 0;
            int n = 0;
            for (; n < iterations_max && re * re + im * im <= 4; ++n) {
                const double next = re * re - im * im + x;
                im = 2 * re * im + y;
                re = next;
            }
            iterations += static_cast<std::uint64_t>(n);
        }
        return iterations;
    }
};

class MandelbrotTask final : public tasks::SteppedTask<MandelbrotTask> {
public:
    MandelbrotTask(Picture picture, std::size_t first, std::size_t end)
        : SteppedTask{&MandelbrotTask::started}, picture_{picture}, first_{first}, end_{end} {}

    void compute() override {
        for (std::size_t row = first_; row < end_; ++row) digest_ += tasks::mix(row, picture_.row_cost(row));
    }

private:
    tasks::Operation started(tasks::Result) { return then(&MandelbrotTask::computed, tasks::Compute{}); }
    tasks::Operation computed(tasks::Result) { return tasks::Finish{digest_}; }

    Picture picture_;
    std::size_t first_;
    std::size_t end_;
    std::uint64_t digest_ = 0;
};

class Mandelbrot final : public Workload {
public:
    explicit Mandelbrot(const tasks::Arguments& arguments)
        : picture_{arguments.count("rows")}, tasks_{arguments.count("tasks")} {
        for (std::size_t index = 0; index < tasks_; ++index) {
            MandelbrotTask serial{picture_, first_row(index), first_row(index + 1)};
            serial.compute();
            (void)serial.resume({});
            expected_.push_back(std::get<tasks::Finish>(serial.resume({})).digest);
        }
    }

    std::size_t size() const override { return tasks_; }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<MandelbrotTask>(picture_, first_row(index), first_row(index + 1));
    }
    tasks::Demand demand() const override { return {.tasks_at_once = tasks_}; }
    Verdict verify(const tasks::Ledger& ledger) const override {
        return verify_digests(ledger, [this](std::size_t index) { return expected_[index]; });
    }
    Work work() const override { return {.units = picture_.rows, .bytes = 0, .fairness = {}}; }

private:
    [[nodiscard]] std::size_t first_row(std::size_t index) const { return index * picture_.rows / tasks_; }

    Picture picture_;
    std::size_t tasks_;
    std::vector<std::uint64_t> expected_;
};

constexpr tasks::Parameter parameters[] = {
    {"rows", 128, 1, 100'000, "rows of the picture, 256 points each"},
    {"tasks", 128, 1, 100'000, "tasks that share the rows, in order"},
};
constexpr Point points[] = {{"tasks:2", 2}, {"tasks:128", 2}};

}  // namespace

extern constinit const Entry mandelbrot_entry{
    .name = "mandelbrot",
    .group = Group::cpu,
    .unit = "row",
    .summary = "rows of very unequal cost: static against dynamic sharing",
    .parameters = parameters,
    .points = points,
    .smoke = "rows:12/tasks:5",
    .make = make_workload<Mandelbrot>,
    // A task without a row would cost only its start.
    .check = [](const tasks::Arguments& arguments) { require_one_for_each(arguments, "rows", "tasks"); },
};

}  // namespace workloads
