#include "tasks/task.h"

#include <gtest/gtest.h>

#include <cerrno>
#include <memory>
#include <string>

namespace tasks {
namespace {

// Writes its results into a diary.
class Walker final : public SteppedTask<Walker> {
public:
    explicit Walker(std::string& diary) : SteppedTask{&Walker::started}, diary_{diary} {}
    ~Walker() override { diary_ += "gone"; }

private:
    Operation started(Result result) {
        diary_ += "started " + std::to_string(result.value) + ",";
        return then(&Walker::yielded, Yield{});
    }
    Operation yielded(Result result) {
        diary_ += "yielded " + std::to_string(result.value) + ",";
        return then(&Walker::spawned, Spawn{nullptr});
    }
    Operation spawned(Result result) {
        if (result.failed()) return give_up(result);
        // A step may run more than once.
        return then(&Walker::yielded, Yield{});
    }

    std::string& diary_;
};

TEST(SteppedTask, GoesFromStepToStepWithTheResults) {
    std::string diary;
    {
        const std::unique_ptr<Task> walker = std::make_unique<Walker>(diary);
        EXPECT_TRUE(std::holds_alternative<Yield>(walker->resume({})));
        EXPECT_TRUE(std::holds_alternative<Spawn>(walker->resume({5})));
        EXPECT_TRUE(std::holds_alternative<Yield>(walker->resume({})));
        EXPECT_TRUE(std::holds_alternative<Spawn>(walker->resume({6})));
        // The default of compute() does nothing.
        walker->compute();
    }
    EXPECT_EQ(diary, "started 0,yielded 5,yielded 6,gone");
}

TEST(SteppedTask, GivesUpWithTheError) {
    std::string diary;
    Walker walker{diary};
    (void)walker.resume({});
    (void)walker.resume({});
    const Operation last = walker.resume({-EAGAIN});
    ASSERT_TRUE(std::holds_alternative<Finish>(last));
    EXPECT_EQ(std::get<Finish>(last).error, -EAGAIN);
    EXPECT_EQ(std::get<Finish>(last).digest, 0U);
}

}  // namespace
}  // namespace tasks
