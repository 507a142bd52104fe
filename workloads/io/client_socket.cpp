#include "workloads/io/client_socket.h"

#include <sys/socket.h>

#include <system_error>

#include "sys/tcp.h"

namespace workloads {

sys::UniqueFd open_client_socket(std::uint64_t number, tasks::Result& result) {
    constexpr std::uint64_t connections_per_source = 10'000;
    constexpr std::uint64_t sources = 250;
    try {
        sys::UniqueFd socket = sys::tcp_socket();
        const auto offset = static_cast<std::uint32_t>(number / connections_per_source % sources);
        sys::bind_source(socket.get(), INADDR_LOOPBACK + offset);
        return socket;
    } catch (const std::system_error& error) {
        result = {-error.code().value()};
        return {};
    }
}

void hang_up_all(const Listeners& listeners, std::span<const SocketPlace> places) noexcept {
    listeners.shut_down();
    for (const SocketPlace& place : places) {
        if (const int socket = place.load(); socket >= 0) ::shutdown(socket, SHUT_RDWR);
    }
}

}  // namespace workloads
