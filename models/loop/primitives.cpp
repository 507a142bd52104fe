#include "models/loop/primitives.h"

#include <algorithm>
#include <cassert>
#include <cerrno>

namespace models {

// Their memory is kept for the next run.
void Primitives::begin_run(const tasks::Demand& demand) {
    drop_waiting([](Continuation&) {});
    events_.resize(demand.events);
    for (Event& event : events_) event.times = 0;
    semaphores_.resize(demand.semaphores.size());
    for (std::size_t i = 0; i < semaphores_.size(); ++i) semaphores_[i].permits = demand.semaphores[i].permits;
    channels_.resize(demand.channels.size());
    for (std::size_t i = 0; i < channels_.size(); ++i) {
        const auto [slots, slot_bytes] = demand.channels[i];
        Channel& channel = channels_[i];
        channel.slot_count = slots;
        channel.slot_bytes = slot_bytes;
        channel.slots.resize(std::size_t{slots} * slot_bytes);
        channel.first = 0;
        channel.full = 0;
        channel.closed = false;
    }
}

Primitives::Event& Primitives::event(int number) {
    assert(number >= 0 && static_cast<std::size_t>(number) < events_.size());
    return events_[static_cast<std::size_t>(number)];
}

Primitives::Semaphore& Primitives::semaphore(int number) {
    assert(number >= 0 && static_cast<std::size_t>(number) < semaphores_.size());
    return semaphores_[static_cast<std::size_t>(number)];
}

Primitives::Channel& Primitives::channel(int number) {
    assert(number >= 0 && static_cast<std::size_t>(number) < channels_.size());
    return channels_[static_cast<std::size_t>(number)];
}

bool Primitives::start(const tasks::Await& await, Continuation& continuation, tasks::Result& result) {
    Event& awaited = event(await.event);
    result = {};
    if (awaited.times >= await.times) return true;
    awaited.waiters.push_back({&continuation, await.times});
    ++waiting_.events;
    return false;
}

bool Primitives::start(const tasks::Announce& announce, Continuation&, tasks::Result& result) {
    Event& announced = event(announce.event);
    result = {};
    ++announced.times;
    std::erase_if(announced.waiters, [&](const EventWaiter& waiter) {
        if (waiter.times > announced.times) return false;
        resumed_->push_back(waiter.continuation);
        --waiting_.events;
        return true;
    });
    return true;
}

bool Primitives::start(const tasks::Acquire& acquire, Continuation& continuation, tasks::Result& result) {
    Semaphore& wanted = semaphore(acquire.semaphore);
    result = {};
    if (wanted.permits > 0) {
        --wanted.permits;
        return true;
    }
    wanted.waiters.push_back({&continuation, &result});
    ++waiting_.semaphores;
    return false;
}

bool Primitives::start(const tasks::Release& release, Continuation&, tasks::Result& result) {
    Semaphore& given = semaphore(release.semaphore);
    result = {};
    if (given.waiters.empty()) {
        ++given.permits;
        return true;
    }
    // The permit goes to the task that has waited longest, not to whoever asks first from now on.
    resume(given.waiters.front(), 0);
    given.waiters.pop_front();
    --waiting_.semaphores;
    return true;
}

void Primitives::Channel::put(const std::byte* bytes) {
    std::copy_n(bytes, slot_bytes, slot(first + full));
    ++full;
}

void Primitives::Channel::take(std::byte* bytes) {
    std::copy_n(slot(first), slot_bytes, bytes);
    first = (first + 1) % slot_count;
    --full;
}

bool Primitives::start(const tasks::Push& push, Continuation& continuation, tasks::Result& result) {
    Channel& to = channel(push.channel);
    assert(push.bytes.size() == to.slot_bytes);
    if (to.closed) {
        result = {-EPIPE};
        return true;
    }
    const auto pushed = static_cast<std::int64_t>(to.slot_bytes);
    result = {pushed};
    if (!to.poppers.empty()) {
        std::ranges::copy(push.bytes, to.poppers.front().bytes);
        resume(to.poppers.front(), pushed);
        to.poppers.pop_front();
        --waiting_.channels;
        return true;
    }
    if (to.full < to.slot_count) {
        to.put(push.bytes.data());
        return true;
    }
    to.pushers.push_back({&continuation, &result, const_cast<std::byte*>(push.bytes.data())});
    ++waiting_.channels;
    return false;
}

bool Primitives::start(const tasks::Pop& pop, Continuation& continuation, tasks::Result& result) {
    Channel& from = channel(pop.channel);
    assert(pop.into.size() == from.slot_bytes);
    const auto popped = static_cast<std::int64_t>(from.slot_bytes);
    if (from.full > 0) {
        from.take(pop.into.data());
        result = {popped};
        if (from.pushers.empty()) return true;
        from.put(from.pushers.front().bytes);
        resume(from.pushers.front(), popped);
        from.pushers.pop_front();
        --waiting_.channels;
        return true;
    }
    if (from.closed) {
        result = {};
        return true;
    }
    from.poppers.push_back({&continuation, &result, pop.into.data()});
    ++waiting_.channels;
    return false;
}

bool Primitives::start(const tasks::Close& close, Continuation&, tasks::Result& result) {
    Channel& closing = channel(close.channel);
    result = {};
    closing.closed = true;
    for (const ChannelWaiter& waiter : closing.poppers) resume(waiter, 0);
    for (const ChannelWaiter& waiter : closing.pushers) resume(waiter, -EPIPE);
    waiting_.channels -= closing.poppers.size() + closing.pushers.size();
    closing.poppers.clear();
    closing.pushers.clear();
    return true;
}

}  // namespace models
