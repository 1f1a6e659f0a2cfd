/* Whether libcurl will know what to do with a proxy's address; it says so itself only when it is used. */
#ifndef MWL_PROXY_H
#define MWL_PROXY_H

enum mwl_proxy_fault { MWL_PROXY_SOUND, MWL_PROXY_MALFORMED, MWL_PROXY_SCHEME };

#define MWL_PROXY_SCHEMES "http, https, socks4, socks4a, socks5 and socks5h"

/* NULL and "" are no proxy, and sound. */
enum mwl_proxy_fault mwl_proxy_judge(const char *proxy);

#endif
