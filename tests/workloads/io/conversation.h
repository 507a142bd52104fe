#pragma once

#include <cctype>
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

    // Runs until the client finishes; then the server receives the end of the stream. Returns the bytes that the client
    // received.
    std::string run() {
        std::string all_to_client;
        while (!client_.asks<tasks::Finish>()) {
            if (client_.asks<tasks::Connect>()) {
                client_.answer(0);
            } else if (client_.asks<tasks::Send>()) {
                to_server_ += client_.take_sent();
            } else {
                if (to_client_.empty()) {
                    run_server();
                    all_to_client += to_client_;
                }
                to_client_ = std::string{client_.receive(to_client_, piece_)};
            }
        }
        if (!server_.asks<tasks::Finish>()) server_.receive_end();
        return all_to_client;
    }

    // How often the server slept.
    [[nodiscard]] int naps() const noexcept { return naps_; }

private:
    // Runs the server until it waits for bytes that were not sent yet.
    void run_server() {
        for (;;) {
            if (server_.asks<tasks::Send>()) {
                to_client_ += server_.take_sent();
            } else if (server_.asks<tasks::Sleep>()) {
                ++naps_;
                server_.answer(0);
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
    int naps_ = 0;
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
