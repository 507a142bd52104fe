#include "many_scripts.h"

#include <array>
#include <functional>

namespace workloads {
namespace {

// A task that performs these operations one after another, whatever their results are. Its digest counts the bytes that
// it popped; its error is the last failure.
class ListTask final : public tasks::Task {
public:
    ListTask(std::vector<tasks::Operation> operations) : operations_{std::move(operations)} {}

    tasks::Operation resume(tasks::Result result) override {
        if (next_ > 0) total_ = 10 * total_ + static_cast<std::uint64_t>(result.failed() ? 0 : result.value);
        if (result.failed()) error_ = result.error();
        if (next_ == operations_.size()) return tasks::Finish{total_, error_};
        return std::move(operations_[next_++]);
    }

private:
    std::vector<tasks::Operation> operations_;
    std::size_t next_ = 0;
    std::uint64_t total_ = 0;
    int error_ = 0;
};

using List = std::vector<tasks::Operation>;

class ListJob final : public tasks::Job {
public:
    ListJob(tasks::Demand demand, std::vector<std::function<List()>> lists)
        : demand_{std::move(demand)}, lists_{std::move(lists)} {}
    std::size_t size() const override { return lists_.size(); }
    std::unique_ptr<tasks::Task> make(std::size_t index) const override {
        return std::make_unique<ListTask>(lists_[index]());
    }
    tasks::Demand demand() const override { return demand_; }

private:
    tasks::Demand demand_;
    std::vector<std::function<List()>> lists_;
};

template <class... Operations>
List list(Operations... operations) {
    List all;
    (all.emplace_back(operations), ...);
    return all;
}

TEST(ManyScripts, GivePermitsInTurnAndNotMoreThanThereCanBe) {
    tasks::Demand demand;
    demand.semaphores = {{.permits = 0, .most = 1, .waiters = 8}};
    const ListJob job{demand,
                      {[] { return list(tasks::Acquire{0}); },
                       [] { return list(tasks::Release{0}, tasks::Release{0}, tasks::Release{0}); }}};
    ManyScripts scripts{job};
    scripts.play();
    EXPECT_EQ(scripts.finish(0).error, 0);
    EXPECT_EQ(scripts.finish(1).error, -EOVERFLOW) << "the first permit went to the waiting task";
    EXPECT_EQ(scripts.operations(), 4U);
    EXPECT_FALSE(scripts.was_deadlocked());
}

TEST(ManyScripts, EndADeadlock) {
    tasks::Demand demand{.events = 1};
    demand.semaphores = {{.permits = 0, .most = 1, .waiters = 8}};
    const ListJob job{demand, {[] { return list(tasks::Acquire{0}); }, [] { return list(tasks::Await{0}); }}};
    ManyScripts scripts{job};
    scripts.play();
    EXPECT_TRUE(scripts.was_deadlocked());
    for (const std::size_t index : {std::size_t{0}, std::size_t{1}}) EXPECT_EQ(scripts.finish(index).error, -EDEADLK);
}

TEST(ManyScripts, PassBytesThroughAChannelInOrderUntilItIsClosed) {
    static constexpr std::array<std::byte, 2> sent[] = {{std::byte{1}, std::byte{2}}, {std::byte{3}, std::byte{4}}};
    static std::array<std::byte, 2> popped[2];
    tasks::Demand demand;
    demand.channels = {{.slots = 1, .slot_bytes = 2}};
    const ListJob job{
        demand,
        {[] {
             return list(tasks::Push{0, sent[0]}, tasks::Push{0, sent[1]}, tasks::Close{0}, tasks::Push{0, sent[0]});
         },
         [] {
             return list(tasks::Yield{}, tasks::Pop{0, popped[0]}, tasks::Pop{0, popped[1]}, tasks::Pop{0, popped[0]});
         }}};
    ManyScripts scripts{job};
    scripts.play();
    EXPECT_EQ(scripts.finish(0).digest, 2200U);
    EXPECT_EQ(scripts.finish(0).error, -EPIPE);
    EXPECT_EQ(scripts.finish(1).digest, 220U) << "the last Pop finds the channel empty and closed";
    EXPECT_EQ(popped[0], sent[0]);
    EXPECT_EQ(popped[1], sent[1]);
}

TEST(ManyScripts, WakeTheTaskWhoseSleepEndsFirst) {
    tasks::Demand demand;
    demand.channels = {{.slots = 2, .slot_bytes = 1}};
    static constexpr std::array<std::byte, 1> late{std::byte{1}};
    static constexpr std::array<std::byte, 1> early{std::byte{2}};
    static std::array<std::byte, 1> popped;
    const sys::TimePoint now = sys::now();
    const ListJob job{demand,
                      {[=] {
                           return list(tasks::Sleep{now + std::chrono::hours{2}}, tasks::Push{0, late});
                       },
                       [=] {
                           return list(tasks::Sleep{now + std::chrono::hours{1}}, tasks::Push{0, early});
                       },
                       [] {
                           return list(tasks::Pop{0, popped});
                       }}};
    ManyScripts scripts{job};
    scripts.play();
    EXPECT_EQ(popped, early);
}

}  // namespace
}  // namespace workloads
