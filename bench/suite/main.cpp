#include "bench/suite/runner.h"

int main(int argc, char** argv) { return bench::run_suite(argc, argv); }
