# Uses installed libraries, and fetches missing ones (by FIND_PACKAGE_ARGS, find_package comes first).
include(FetchContent)

find_package(Threads REQUIRED)

if(CONCUR_BENCH)
  set(BENCHMARK_ENABLE_TESTING OFF CACHE BOOL "" FORCE)
  set(BENCHMARK_ENABLE_INSTALL OFF CACHE BOOL "" FORCE)
  set(BENCHMARK_ENABLE_WERROR OFF CACHE BOOL "" FORCE)
  set(JSON_BuildTests OFF CACHE BOOL "" FORCE)
  set(CLI11_BUILD_TESTS OFF CACHE BOOL "" FORCE)
  FetchContent_Declare(benchmark
    GIT_REPOSITORY https://github.com/google/benchmark.git GIT_TAG v1.8.3 GIT_SHALLOW ON SYSTEM
    FIND_PACKAGE_ARGS 1.7.1)
  FetchContent_Declare(nlohmann_json
    GIT_REPOSITORY https://github.com/nlohmann/json.git GIT_TAG v3.11.3 GIT_SHALLOW ON SYSTEM
    FIND_PACKAGE_ARGS 3.11)
  FetchContent_Declare(CLI11
    GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git GIT_TAG v2.4.1 GIT_SHALLOW ON SYSTEM
    FIND_PACKAGE_ARGS 2.1)
  FetchContent_MakeAvailable(benchmark nlohmann_json CLI11)
endif()
# Libraries that link a fetched target are not installed: the target is in no export set, and CMake refuses to export
# what depends on it (cmake/Folder.cmake).
set(CONCUR_FETCHED)
foreach(library benchmark nlohmann_json CLI11)
  string(TOLOWER ${library} lower)
  if(${lower}_SOURCE_DIR)
    list(APPEND CONCUR_FETCHED ${library})
  endif()
endforeach()
if(CONCUR_FETCHED)
  list(JOIN CONCUR_FETCHED ", " names)
  message(STATUS "fetched: ${names}; so `cmake --install` leaves concur::bench out, and what needs it")
endif()
# It tells which CPUs share a core or a memory bus. It has no CMake package, and is never fetched: its build needs
# autotools. Only tests link it; the programs load it when they need it (bench/harness/topology.cpp).
find_path(CONCUR_HWLOC_INCLUDE hwloc.h)
find_library(CONCUR_HWLOC_LIBRARY hwloc)
if(NOT CONCUR_HWLOC_INCLUDE OR NOT CONCUR_HWLOC_LIBRARY)
  message(FATAL_ERROR "hwloc was not found, without which CPUs cannot be chosen: install libhwloc-dev (Debian) or hwloc-devel (Fedora)")
endif()
if(CONCUR_TESTS)
  set(INSTALL_GTEST OFF CACHE BOOL "" FORCE)
  FetchContent_Declare(GTest
    GIT_REPOSITORY https://github.com/google/googletest.git GIT_TAG v1.14.0 GIT_SHALLOW ON SYSTEM
    FIND_PACKAGE_ARGS 1.12 NAMES GTest)
  FetchContent_MakeAvailable(GTest)
endif()
