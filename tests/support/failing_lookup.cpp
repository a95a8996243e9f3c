// Loaded into a process in front of the system's libraries (LD_PRELOAD): a host name that only this
// knows, and that does not exist while a file does. (Not EAI_AGAIN: libmariadb would ask again for
// as long as its time to connect, and nobody would hear of it.)
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <netdb.h>
#include <unistd.h>

extern "C" int getaddrinfo(const char* node, const char* service, const addrinfo* hints,
                           addrinfo** found) {
    using lookup = int (*)(const char*, const char*, const addrinfo*, addrinfo**);
    static const auto of_the_system = reinterpret_cast<lookup>(dlsym(RTLD_NEXT, "getaddrinfo"));
    const char* const name = std::getenv("SEGUE_TEST_HOST_NAME");
    const char* const outage = std::getenv("SEGUE_TEST_NO_LOOKUPS");
    if (node != nullptr && name != nullptr && std::strcmp(node, name) == 0) {
        if (outage != nullptr && access(outage, F_OK) == 0) return EAI_NONAME;
        node = "127.0.0.1";
    }
    return of_the_system(node, service, hints, found);
}
