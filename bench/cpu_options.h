#pragma once

namespace bench {

// The options by which one program tells a benchmark binary the CPUs of model and peer, instead of letting it choose.
inline constexpr const char* model_cpus_option = "--model-cpus";
inline constexpr const char* peer_cpus_option = "--peer-cpus";

}  // namespace bench
