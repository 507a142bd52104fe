// Serves a workload's server to clients from outside, under any model, until it is told to stop.
#include <arpa/inet.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>

#include "models/table.h"
#include "sys/check.h"
#include "sys/limits.h"
#include "sys/semaphore.h"
#include "tasks/ledger.h"
#include "tasks/sizes.h"
#include "workloads/service.h"
#include "workloads/table.h"

namespace {

struct Options {
    std::string model = "epoll";
    std::string workload = "echo";
    std::string host = "127.0.0.1";
    std::uint16_t port = 7000;
    std::int64_t workers = 16;
    double grace_s = 5;
};

const workloads::Entry& find_service(const std::string& name) {
    const workloads::Entry& workload = workloads::find(name);
    if (workload.serve != nullptr) return workload;
    std::string served;
    for (const workloads::Entry* const one : workloads::table()) {
        if (one->serve != nullptr) served.append(served.empty() ? "" : ", ").append(one->name);
    }
    throw std::invalid_argument{"workload '" + name + "' has no server for clients from outside; there are: " + served};
}

sys::Endpoint parse_endpoint(const Options& options) {
    in_addr address{};
    if (::inet_pton(AF_INET, options.host.c_str(), &address) != 1) {
        throw std::invalid_argument{"'" + options.host +
                                    "' is not an IPv4 address; 127.0.0.1 is this machine alone, 0.0.0.0 everybody"};
    }
    return {ntohl(address.s_addr), options.port};
}

void print_counts(const workloads::Service& service) {
    const auto counts = service.counts();
    std::printf("%llu connections accepted, %llu served to their end, %llu broken\n",
                static_cast<unsigned long long>(counts.accepted), static_cast<unsigned long long>(counts.finished),
                static_cast<unsigned long long>(counts.failed));
    std::fflush(stdout);
}

int serve(const Options& options) {
    const models::Entry& model = models::find(options.model);
    const workloads::Entry& workload = find_service(options.workload);
    tasks::Sizes sizes;
    if (!model.parameters.empty()) sizes = tasks::complete(model.parameters, {{"workers", options.workers}});
    sys::raise_descriptor_limit();

    // Waited for by a thread of its own; children ignore them, and end with us.
    sigset_t stops;
    sigemptyset(&stops);
    sigaddset(&stops, SIGINT);
    sigaddset(&stops, SIGTERM);
    sys::check_error(::pthread_sigmask(SIG_BLOCK, &stops, nullptr), "pthread_sigmask");

    const auto service = workload.serve(parse_endpoint(options), model.acceptors(sizes));
    if (const models::Support support = model.support(service->demand(), sizes); !support) {
        throw std::runtime_error{options.model + " cannot do this: " + support.reason};
    }
    tasks::Ledger ledger{service->size()};
    const auto running = model.make(*service, ledger, sizes);
    std::printf("%s serves %s on %s:%u, until Ctrl-C\n", options.model.c_str(), options.workload.c_str(),
                options.host.c_str(), unsigned{service->endpoint().port});
    std::fflush(stdout);

    sys::Semaphore ended;
    std::jthread watch{[&] {
        int signal = 0;
        ::sigwait(&stops, &signal);
        service->stop();
        // Clients of other processes, or that never stop asking, are given some time.
        const auto grace = std::chrono::duration_cast<sys::Nanoseconds>(std::chrono::duration<double>{options.grace_s});
        if (ended.wait_until(sys::now() + grace)) return;
        std::fprintf(stderr, "serve: some clients did not close within %g s: broken\n", options.grace_s);
        print_counts(*service);
        std::_Exit(0);
    }};
    running->run();
    ended.post();
    // An end without a signal is a failure: somebody has to tell the thread.
    // It has the signal blocked, and waits for it.
    ::pthread_kill(watch.native_handle(), SIGTERM);  // NOLINT(bugprone-bad-signal-to-kill-thread)
    watch.join();
    print_counts(*service);
    const workloads::Verdict verdict = service->verify(ledger);
    if (!verdict) throw std::runtime_error{verdict.reason};
    return 0;
}

void add_options(CLI::App& app, Options& options) {
    app.add_option("--model", options.model, "The model")->capture_default_str();
    app.add_option("--workload", options.workload, "What is served")->capture_default_str();
    app.add_option("--host", options.host, "IPv4 address to listen on")->capture_default_str();
    app.add_option("--port", options.port, "Port; 0: any that is free")->capture_default_str();
    app.add_option("--workers", options.workers, "Of a pool")->capture_default_str()->check(CLI::Range(1, 4096));
    app.add_option("--grace", options.grace_s, "Seconds that clients have to close after Ctrl-C")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 3600.0));
}

}  // namespace

int main(int argc, char** argv) {
    try {
        Options options;
        CLI::App app{"Serves a workload to clients from outside under a model, until Ctrl-C.", "serve"};
        add_options(app, options);
        try {
            app.parse(argc, argv);
        } catch (const CLI::CallForHelp& help) {
            return app.exit(help);
        }
        return serve(options);
    } catch (const CLI::ParseError& error) {
        std::fprintf(stderr, "serve: %s; see --help\n", error.what());
    } catch (const std::exception& error) {
        std::fprintf(stderr, "serve: %s\n", error.what());
    }
    return 2;
}
