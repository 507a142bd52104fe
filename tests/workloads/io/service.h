#pragma once

#include <deque>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "conversation.h"

namespace workloads {

// Plays the model of a server with one acceptor, and the model of its peer: the clients, which wait for each other at
// the gates of their windows.
class Service {
public:
    // A receive gets at most `piece` bytes. The workloads outlive the service.
    Service(const Workload& server, const Workload& peer, std::size_t piece = std::string::npos)
        : acceptor_{server.make(0)} {
        for (std::size_t index = 0; index < peer.size(); ++index) {
            clients_.emplace_back(peer.make(index));
            handlers_.push_back(accept_one(acceptor_));
            conversations_.emplace_back(clients_.back(), handlers_.back(), piece);
        }
    }

    // Runs until all tasks have finished, and enters them into the ledgers.
    void run(tasks::Ledger& server_ledger, tasks::Ledger& peer_ledger) {
        while (go_on()) {
        }
        for (std::size_t index = 0; index < clients_.size(); ++index) {
            conversations_[index].hang_up();
            enter(server_ledger, tasks::TaskId::spawned, handlers_[index]);
            enter(peer_ledger, tasks::root(index), clients_[index]);
        }
        enter(server_ledger, tasks::root(0), acceptor_);
    }
    // Lets each client go on until it waits for the others, sleeps or finishes. False if all have finished.
    bool go_on() {
        const std::size_t events = announced_.size();
        bool waiting = false;
        bool slept = false;
        for (std::size_t index = 0; index < clients_.size(); ++index) {
            slept = conversations_[index].go_on(announced_) || slept;
            waiting = waiting || !clients_[index].asks<tasks::Finish>();
        }
        if (waiting && !slept && announced_.size() == events)
            throw std::logic_error{"the clients wait for each other for ever"};
        return waiting;
    }

    [[nodiscard]] Script& acceptor() noexcept { return acceptor_; }
    [[nodiscard]] Script& client(std::size_t index) noexcept { return clients_[index]; }
    [[nodiscard]] Script& handler(std::size_t index) noexcept { return handlers_[index]; }
    [[nodiscard]] Conversation& conversation(std::size_t index) noexcept { return conversations_[index]; }
    [[nodiscard]] const std::set<int>& announced() const noexcept { return announced_; }

private:
    Script acceptor_;
    std::deque<Script> clients_;  // conversations refer to them
    std::deque<Script> handlers_;
    std::vector<Conversation> conversations_;
    std::set<int> announced_;
};

}  // namespace workloads
