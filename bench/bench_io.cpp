#include "bench/main.h"

int main(int argc, char** argv) { return bench::run_benchmarks(workloads::Group::io, argc, argv); }
