#include "workloads/io/crowd.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace workloads {
namespace {

std::vector<std::size_t> active_clients(std::size_t clients, std::size_t silent) {
    const Crowd crowd{clients, silent};
    std::vector<std::size_t> found;
    for (std::size_t client = 0; client < clients; ++client) {
        if (!crowd.is_silent(client)) found.push_back(client);
    }
    return found;
}

TEST(Crowd, SpreadsTheActiveClients) {
    EXPECT_EQ(active_clients(10, 9), std::vector<std::size_t>{5});
    EXPECT_EQ(active_clients(10, 8), (std::vector<std::size_t>{2, 7}));
    EXPECT_EQ(active_clients(11, 8), (std::vector<std::size_t>{1, 4, 7})) << "the rest follows";
    EXPECT_EQ(active_clients(3, 1), (std::vector<std::size_t>{0, 1}));
    EXPECT_EQ(active_clients(3, 0), (std::vector<std::size_t>{0, 1, 2}));
    EXPECT_EQ(active_clients(1, 0), std::vector<std::size_t>{0});
}

TEST(Crowd, NumbersTheActiveClientsBeforeTheSilentOnes) {
    for (std::size_t clients = 1; clients < 30; ++clients) {
        for (std::size_t silent = 0; silent < clients; ++silent) {
            const Crowd crowd{clients, silent};
            ASSERT_EQ(crowd.active(), clients - silent);
            std::set<std::size_t> numbers;
            std::size_t active = 0;
            for (std::size_t client = 0; client < clients; ++client) {
                const std::size_t number = crowd.number(client);
                EXPECT_TRUE(numbers.insert(number).second) << number;
                EXPECT_EQ(number < crowd.active(), !crowd.is_silent(client));
                if (crowd.is_silent(client)) continue;
                EXPECT_EQ(number, active++);
            }
            EXPECT_EQ(active, crowd.active());
            EXPECT_EQ(*numbers.rbegin(), clients - 1);
        }
    }
}

}  // namespace
}  // namespace workloads
