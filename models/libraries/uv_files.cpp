#include "models/libraries/uv_files.h"

#include <algorithm>
#include <cerrno>
#include <utility>
#include <variant>

namespace models {
namespace {

// libuv's lengths have 32 bits on some systems.
constexpr std::size_t most_bytes = std::size_t{1} << 30;

uv_buf_t rest_of(const std::byte* bytes, std::size_t size, std::size_t moved) {
    // The library has one type for both directions, and only reads what it writes to a file.
    auto* const rest = reinterpret_cast<char*>(const_cast<std::byte*>(bytes + moved));
    return ::uv_buf_init(rest, static_cast<unsigned>(std::min(size - moved, most_bytes)));
}

std::size_t bytes_to_move(const tasks::Operation& asked) {
    if (const auto* const read = std::get_if<tasks::Read>(&asked)) return read->into.size();
    if (const auto* const write = std::get_if<tasks::Write>(&asked)) return write->bytes.size();
    return 0;
}

}  // namespace

int UvFiles::submit(Call& call, const tasks::Read& read) {
    const uv_buf_t rest = rest_of(read.into.data(), read.into.size(), call.moved);
    return ::uv_fs_read(loop_.native(), &call.native, read.file, &rest, 1,
                        static_cast<std::int64_t>(read.offset + call.moved), on_done);
}
int UvFiles::submit(Call& call, const tasks::Write& write) {
    const uv_buf_t rest = rest_of(write.bytes.data(), write.bytes.size(), call.moved);
    return ::uv_fs_write(loop_.native(), &call.native, write.file, &rest, 1,
                         static_cast<std::int64_t>(write.offset + call.moved), on_done);
}
int UvFiles::submit(Call& call, const tasks::Sync& sync) {
    return ::uv_fs_fdatasync(loop_.native(), &call.native, sync.file, on_done);
}

void UvFiles::submit(Call& call) {
    const int status = std::visit(tasks::Overloaded{
                                      [&]<tasks::OnFile Asked>(const Asked& asked) { return submit(call, asked); },
                                      [](const auto&) { return 0; },
                                  },
                                  call.asked);
    UvLoop::check(status, "uv_fs");
}

bool UvFiles::has_ended(Call& call, tasks::Result& result) {
    // The library repeats some of its calls after a signal, and not all.
    if (result.value == -EINTR) return false;
    if (result.failed()) return true;
    call.moved += result.bytes();
    // No byte more: the end of the file.
    if (result.bytes() > 0 && call.moved < bytes_to_move(call.asked)) return false;
    result = {static_cast<std::int64_t>(call.moved)};
    return true;
}

void UvFiles::on_done(uv_fs_t* native) {
    auto& call = *static_cast<Call*>(native->data);
    tasks::Result result = uv_result(native->result);
    ::uv_fs_req_cleanup(native);
    UvFiles& files = call.files;
    if (call.request == nullptr) return;
    if (!has_ended(call, result)) return files.loop_.guard([&] { files.submit(call); });
    UvRequest& request = *std::exchange(call.request, nullptr);
    request.result = result;
    files.loop_.guard([&] { files.calls_.give_back(call); });
    files.loop_.resume(*request.continuation);
}

void UvFiles::abandon() noexcept {
    for (Call& call : calls_) {
        if (std::exchange(call.request, nullptr) == nullptr) continue;
        // Takes effect if no thread has begun it.
        ::uv_cancel(reinterpret_cast<uv_req_t*>(&call.native));
    }
}

}  // namespace models
