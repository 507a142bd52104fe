#include "sys/signal_watch.h"

#include <sys/signalfd.h>
#include <unistd.h>

#include "sys/check.h"

namespace sys {

SignalWatch::SignalWatch() {
    // Our parent may ignore SIGCHLD; then our children would end without a status. SIGPIPE would end us if the reader
    // of our progress ends (| head).
    std::signal(SIGCHLD, SIG_DFL);
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t stops;
    ::sigemptyset(&stops);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        // A signal that our parent ignores (nohup, a background job of a shell) stays ignored.
        struct sigaction action {};
        check(::sigaction(signal, nullptr, &action), "sigaction");
        if (action.sa_handler != SIG_IGN) ::sigaddset(&stops, signal);
    }
    sigset_t watched = stops;
    ::sigaddset(&watched, SIGCHLD);
    check(::sigprocmask(SIG_BLOCK, &watched, &before_), "sigprocmask");
    descriptor_ = UniqueFd{check(::signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd")};
    stop_descriptor_ = UniqueFd{check(::signalfd(-1, &stops, SFD_CLOEXEC | SFD_NONBLOCK), "signalfd")};
}

SignalWatch::~SignalWatch() { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

std::optional<int> SignalWatch::interrupted() {
    signalfd_siginfo info{};
    while (::read(descriptor_.get(), &info, sizeof info) == sizeof info) {
        const int signal = static_cast<int>(info.ssi_signo);
        if (signal != SIGCHLD && !interrupted_) interrupted_ = signal;
    }
    return interrupted_;
}

void SignalWatch::restore_in_child() const noexcept {
    std::signal(SIGPIPE, SIG_DFL);
    ::sigprocmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace sys
