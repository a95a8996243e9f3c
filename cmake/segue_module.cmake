# One folder is one library target, and one namespace below segue::.

add_library(segue_build_flags INTERFACE)
target_compile_features(segue_build_flags INTERFACE cxx_std_20)
target_compile_options(segue_build_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wold-style-cast -Wnon-virtual-dtor
  -Wimplicit-fallthrough)
if(SEGUE_WERROR)
  target_compile_options(segue_build_flags INTERFACE -Werror)
endif()
if(SEGUE_SANITIZE)
  target_compile_options(segue_build_flags INTERFACE -fsanitize=${SEGUE_SANITIZE}
    -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(segue_build_flags INTERFACE -fsanitize=${SEGUE_SANITIZE})
endif()

# segue_add_module(NAME SOURCES a.cpp ... [DEPENDS target ...] [PRIVATE_DEPENDS target ...])
# Declares the static library segue_NAME (alias segue::NAME) from the sources of this folder.
# Headers are included by their path from the top of the repository: "src/base/error.hpp".
function(segue_add_module name)
  cmake_parse_arguments(arg "" "" "SOURCES;DEPENDS;PRIVATE_DEPENDS" ${ARGN})
  add_library(segue_${name} STATIC ${arg_SOURCES})
  add_library(segue::${name} ALIAS segue_${name})
  target_include_directories(segue_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(segue_${name}
    PUBLIC ${arg_DEPENDS} Threads::Threads
    PRIVATE segue_build_flags ${arg_PRIVATE_DEPENDS})
endfunction()
