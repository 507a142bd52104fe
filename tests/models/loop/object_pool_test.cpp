#include "models/loop/object_pool.h"

#include <gtest/gtest.h>

namespace models {
namespace {

TEST(ObjectPool, UsesAnObjectAgainAndNeverMovesOne) {
    ObjectPool<int> pool;
    int& first = pool.take(1);
    for (int i = 0; i < 1000; ++i) static_cast<void>(pool.take(i));
    EXPECT_EQ(first, 1) << "it has moved";
    pool.give_back(first);
    EXPECT_EQ(&pool.take(2), &first);
    EXPECT_EQ(first, 1) << "a used object is not made again";
}

}  // namespace
}  // namespace models
