// The program `serve`: runs a workload's server under any model, for clients of other programs, until Ctrl-C.
#include <arpa/inet.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

#include "bench/serve/service.h"
#include "bench/serve/stop_signals.h"
#include "models/table.h"
#include "sys/check.h"
#include "sys/clock.h"
#include "sys/control_group.h"
#include "sys/limits.h"
#include "sys/standard_descriptors.h"
#include "tasks/arguments.h"
#include "tasks/ledger.h"
#include "workloads/table.h"

namespace {

struct Options {
    std::string model{models::default_model};
    std::string workload = "echo";
    std::string host = "127.0.0.1";
    std::uint16_t port = 7000;
    std::optional<std::int64_t> workers;
    std::size_t connections = 1000;
    double idle_s = 30;
    double grace_s = 5;
};

sys::Nanoseconds from_seconds(double seconds) {
    return std::chrono::duration_cast<sys::Nanoseconds>(std::chrono::duration<double>{seconds});
}

// The names of the workloads that have a server: "echo, http".
std::string served_workloads() {
    std::string names;
    for (const workloads::Entry* const one : workloads::table()) {
        if (one->make_handler != nullptr) names.append(names.empty() ? "" : ", ").append(one->name);
    }
    return names;
}

const workloads::Entry& find_service(const std::string& name) {
    const workloads::Entry& workload = workloads::find(name);
    if (workload.make_handler != nullptr) return workload;
    throw std::invalid_argument{"workload '" + name +
                                "' has no server; workloads that have one: " + served_workloads()};
}

sys::Endpoint parse_endpoint(const Options& options) {
    in_addr address{};
    if (::inet_pton(AF_INET, options.host.c_str(), &address) != 1) {
        throw std::invalid_argument{
            "'" + options.host + "' is not an IPv4 address; 127.0.0.1 is for clients on this machine, 0.0.0.0 for all"};
    }
    return {ntohl(address.s_addr), options.port};
}

tasks::Arguments arguments_of(const models::Entry& model, const Options& options) {
    if (!options.workers) {
        return tasks::complete(model.parameters,
                               model.default_arguments({models::Load::waits, sys::usable_cpu_count()}));
    }
    if (std::ranges::find(model.parameters, models::workers.name, &tasks::Parameter::name) == model.parameters.end()) {
        throw std::invalid_argument{"model '" + options.model + "' has no workers"};
    }
    return tasks::complete(model.parameters, {{std::string{models::workers.name}, *options.workers}});
}

std::unique_ptr<bench::Service> listen(const Options& options, workloads::Acceptors acceptors) {
    const workloads::Entry& workload = find_service(options.workload);
    const sys::Endpoint endpoint = parse_endpoint(options);
    try {
        return std::make_unique<bench::Service>(endpoint, acceptors, workload.make_handler);
    } catch (const std::system_error& error) {
        const int number = error.code().value();
        throw std::runtime_error{"cannot listen on " + options.host + ":" + std::to_string(options.port) + ": " +
                                 sys::error_text(number) +
                                 (number == EADDRINUSE ? "; --port 0 takes any free port" : "")};
    }
}

// Asks the model how many connections it can hold. Throws if it cannot hold one.
std::size_t most_connections(const models::Entry& model, tasks::Demand demand, const tasks::Arguments& arguments) {
    const std::size_t acceptors = demand.tasks_at_once;
    const auto support = [&](std::size_t connections) {
        demand.tasks_at_once = acceptors + connections;
        return model.support(demand, arguments);
    };
    if (const models::Support one = support(1); !one) {
        throw std::runtime_error{std::string{model.name} + " cannot serve: " + one.reason};
    }
    std::size_t possible = 1;
    // By default Linux lets a process open fewer descriptors.
    std::size_t too_many = std::size_t{1} << 20;
    while (too_many - possible > 1) {
        const std::size_t middle = possible + (too_many - possible) / 2;
        (support(middle) ? possible : too_many) = middle;
    }
    return possible;
}

int serve(const Options& options) {
    const models::Entry& model = models::find(options.model);
    const tasks::Arguments arguments = arguments_of(model, options);
    sys::raise_descriptor_limit();
    const sigset_t stops = bench::StopSignals::block();

    const auto service = listen(options, {.count = model.acceptors(arguments), .own_listeners = model.own_listeners});
    const std::size_t connections =
        std::min(options.connections, most_connections(model, service->demand(), arguments));
    service->limit({.connections_max = connections, .idle = from_seconds(options.idle_s)});
    tasks::Ledger ledger{service->size()};
    const auto running = model.make(*service, ledger, arguments);
    std::printf("%s serves %s on %s:%u, until Ctrl-C; at most %zu connections at once\n", options.model.c_str(),
                options.workload.c_str(), options.host.c_str(), unsigned{service->endpoint().port}, connections);
    std::fflush(stdout);
    std::exception_ptr failure;
    {
        const bench::StopSignals watching{*service, stops, from_seconds(options.grace_s)};
        try {
            running->run();
        } catch (...) {
            failure = std::current_exception();
        }
    }
    std::puts(to_string(service->counts()).c_str());
    std::fflush(stdout);
    if (failure) std::rethrow_exception(failure);
    const workloads::Verdict verdict = service->verify(ledger);
    if (!verdict) throw std::runtime_error{verdict.reason};
    return 0;
}

// Lists the models and workloads in lines of at most 80 characters.
std::string footer() {
    std::string text = "Models:";
    std::size_t width = 80;
    for (const models::Entry* const model : models::table()) {
        if (width + 2 + model->name.size() > 78) {
            text += "\n ";
            width = 1;
        }
        text.append(" ").append(model->name);
        width += 1 + model->name.size();
    }
    return text + "\nWorkloads that have a server:\n  " + served_workloads();
}

void add_options(CLI::App& app, Options& options) {
    app.add_option("--model", options.model, "The model")->capture_default_str();
    app.add_option("--workload", options.workload, "The workload whose server runs")->capture_default_str();
    app.add_option("--host", options.host, "IPv4 address to listen on; 0.0.0.0 is for clients of other machines")
        ->capture_default_str();
    app.add_option("--port", options.port, "Port; 0: any free port")->capture_default_str();
    app.add_option("--workers", options.workers,
                   "Workers of a pool (default: 16 if each client occupies a worker, else one for each CPU)")
        ->check(CLI::Range(1, 4096));
    app.add_option("--connections", options.connections,
                   "Connections at the same time, or as many as the model can hold if that is less.\n"
                   "More clients wait until another one has ended")
        ->capture_default_str()
        ->check(CLI::Range(1, 1 << 20));
    app.add_option("--idle", options.idle_s,
                   "Seconds after which the server closes the connection of a client that gets no answer,\n"
                   "because it is silent, sends its request too slowly or does not receive; 0: never.\n"
                   "In some models (serial, pools) a client occupies a worker, and others wait for it")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 86'400.0));
    app.add_option("--grace", options.grace_s,
                   "Seconds for clients to close after Ctrl-C; a second Ctrl-C ends the program at once")
        ->capture_default_str()
        ->check(CLI::Range(0.0, 3600.0));
    app.footer(footer());
}

}  // namespace

int main(int argc, char** argv) {
    try {
        sys::open_standard_descriptors();
        Options options;
        CLI::App app{"Runs the server of a workload under a model, for clients of other programs, until Ctrl-C.",
                     "serve"};
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
