# `cmake --install` installs the libraries and headers for find_package(concur) (concur::sys, tasks, workloads, models,
# harness, bench), the programs, and plot/ under share/concur. docs/extending.md shows its use.
include(CMakePackageConfigHelpers)

# concur::bench, which needs these packages, is installed only if they are.
set(CONCUR_EXPORTS_BENCH ${CONCUR_BENCH})
if("concur_bench" IN_LIST CONCUR_NOT_INSTALLED)
  set(CONCUR_EXPORTS_BENCH OFF)
endif()
install(EXPORT concurTargets NAMESPACE concur:: DESTINATION lib/cmake/concur)
configure_package_config_file("${CMAKE_CURRENT_LIST_DIR}/concurConfig.cmake.in"
  "${PROJECT_BINARY_DIR}/concurConfig.cmake" INSTALL_DESTINATION lib/cmake/concur)
write_basic_package_version_file("${PROJECT_BINARY_DIR}/concurConfigVersion.cmake" COMPATIBILITY ExactVersion)
install(FILES "${PROJECT_BINARY_DIR}/concurConfig.cmake" "${PROJECT_BINARY_DIR}/concurConfigVersion.cmake"
  DESTINATION lib/cmake/concur)

if(CONCUR_BENCH)
  install(TARGETS bench_cpu bench_io serve RUNTIME DESTINATION bin)
endif()
install(DIRECTORY plot DESTINATION share/concur USE_SOURCE_PERMISSIONS
  FILES_MATCHING PATTERN "*.py" PATTERN "plot/concur/report/page/*" PATTERN "__pycache__" EXCLUDE)
install(FILES results/schema.json DESTINATION share/concur)
