#pragma once

#include <cctype>
#include <set>
#include <string>
#include <utility>

#include "script.h"

namespace workloads {

// Connects the task of a client and the task of a server by two strings instead of sockets.
class Conversation {
public:
    // A receive of either side gets at most `piece` bytes.
    Conversation(Script& client, Script& server, std::size_t piece = std::string::npos)
        : client_{client}, server_{server}, piece_{piece} {}

    // Runs until the client ends its connection: it finishes, or starts another task. Then the server receives the end
    // of the stream. The client waits for no other client. Returns the bytes that the client received.
    std::string run() {
        std::set<int> announced;
        while (go_on(announced)) {
        }
        hang_up();
        return all_to_client_;
    }
    // Runs until the client ends its connection, awaits an event that is not in `announced`, or has slept: then others
    // may go on first. Returns whether it has slept. It may add events.
    bool go_on(std::set<int>& announced) {
        while (!client_.asks<tasks::Finish>() && !client_.asks<tasks::Spawn>()) {
            const bool sleeps = client_.asks<tasks::Sleep>();
            if (client_.asks<tasks::Await>()) {
                if (!announced.contains(client_.asked<tasks::Await>().event)) return false;
                client_.answer(0);
            } else {
                client_step(announced);
            }
            if (sleeps) return true;
        }
        return false;
    }
    // The client's socket is closed.
    void hang_up() {
        if (!server_.asks<tasks::Finish>()) server_.receive_end();
    }

    // How often the server slept, and computed.
    [[nodiscard]] int naps() const noexcept { return naps_; }
    [[nodiscard]] int computations() const noexcept { return computations_; }

private:
    void client_step(std::set<int>& announced) {
        if (client_.asks<tasks::Connect>()) {
            client_.answer(0);
        } else if (client_.asks<tasks::Compute>()) {
            client_.compute();
        } else if (client_.asks<tasks::Announce>()) {
            announced.insert(client_.asked<tasks::Announce>().event);
            client_.answer(0);
        } else if (client_.asks<tasks::Sleep>()) {
            sys::sleep_until(client_.asked<tasks::Sleep>().until);
            client_.answer(0);
        } else if (client_.asks<tasks::Send>()) {
            to_server_ += client_.take_sent();
        } else {
            if (to_client_.empty()) {
                run_server();
                all_to_client_ += to_client_;
            }
            to_client_ = std::string{client_.receive(to_client_, piece_)};
        }
    }
    // Runs the server until it waits for bytes that were not sent yet.
    void run_server() {
        for (;;) {
            if (server_.asks<tasks::Send>()) {
                to_client_ += server_.take_sent();
            } else if (server_.asks<tasks::Sleep>()) {
                ++naps_;
                server_.answer(0);
            } else if (server_.asks<tasks::Compute>()) {
                ++computations_;
                server_.compute();
            } else if (server_.asks<tasks::Receive>() && !to_server_.empty()) {
                to_server_ = std::string{server_.receive(to_server_, piece_)};
            } else {
                return;
            }
        }
    }

    Script& client_;
    Script& server_;
    std::size_t piece_;
    std::string to_server_;
    std::string to_client_;
    std::string all_to_client_;
    int naps_ = 0;
    int computations_ = 0;
};

// What the echo server answers.
inline std::string in_upper_case(std::string text) {
    for (char& letter : text) letter = static_cast<char>(std::toupper(letter));
    return text;
}

// Enters the end of a task into the ledger.
inline void enter(tasks::Ledger& ledger, tasks::TaskId id, Script& task) {
    ledger.finish(id, task.asked<tasks::Finish>());
}

}  // namespace workloads
