#pragma once

#include <string>
#include <utility>

#include "script.h"

namespace workloads {

// A client and a server's task with a wire of memory between them: two workloads talk without a socket.
class Conversation {
public:
    // Both may be handed in pieces of at most `piece` bytes.
    Conversation(Script& client, Script& server, std::size_t piece = std::string::npos)
        : client_{client}, server_{server}, piece_{piece} {}

    // Until the client is done; then the server meets the end of the stream. Returns what went to the client.
    std::string run() {
        std::string all_to_client;
        while (!client_.asks<tasks::Finish>()) {
            if (client_.asks<tasks::Connect>()) {
                client_.answer(0);
            } else if (client_.asks<tasks::Send>()) {
                to_server_ += client_.sent();
                client_.answer(static_cast<std::int64_t>(client_.sent().size()));
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

    [[nodiscard]] int naps() const noexcept { return naps_; }

private:
    // As far as it comes with what was sent to it.
    void run_server() {
        for (;;) {
            if (server_.asks<tasks::Send>()) {
                to_client_ += server_.sent();
                server_.answer(static_cast<std::int64_t>(server_.sent().size()));
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

// Enters a task that has finished.
inline void enter(tasks::Ledger& ledger, tasks::TaskId id, Script& task) {
    ledger.finish(id, task.asked<tasks::Finish>());
}

}  // namespace workloads
