<?php
// Makes out OAuth 1 signatures as MediaWiki's extension reads a request: names and values of the
// address as RFC 5849 has them, then what PHP makes of the address (the last of a name that comes
// twice, "a[]" as "a"), then a posted form as the RFC has it, then the header; each overriding.
// A line in: METHOD, URL, body, Authorization, separated by tabs; a line out: ok or bad.

const CONSUMER_SECRET = 'consumer secret ~+&=%';
const ACCESS_SECRET = 'access secret ü/?';

function read_form(string $text): array
{
    $values = [];
    foreach ($text === '' ? [] : explode('&', $text) as $piece) {
        [$name, $value] = array_map('urldecode', explode('=', $piece, 2) + [1 => '']);
        $values[$name] = isset($values[$name]) ? array_merge((array)$values[$name], [$value]) : $value;
    }
    return $values;
}

function read_header(string $header): array
{
    preg_match_all('/(oauth_[a-z_-]*)="([^"]*)"/', $header, $found, PREG_SET_ORDER);
    return array_column(array_map(fn ($one) => [$one[1], urldecode($one[2])], $found), 1, 0);
}

function normal(array $params): string
{
    $encoded = [];
    foreach ($params as $name => $value) {
        $values = array_map('rawurlencode', (array)$value);
        sort($values, SORT_STRING);
        $encoded[rawurlencode((string)$name)] = $values;
    }
    uksort($encoded, 'strcmp');
    $pairs = [];
    foreach ($encoded as $name => $values) {
        foreach ($values as $value) {
            $pairs[] = "$name=$value";
        }
    }
    return implode('&', $pairs);
}

function address(string $url): string
{
    $parts = parse_url($url);
    $scheme = strtolower($parts['scheme']);
    $port = $parts['port'] ?? null;
    $own = $port === null || $port === ['http' => 80, 'https' => 443][$scheme];
    return $scheme . '://' . strtolower($parts['host']) . ($own ? '' : ":$port") . ($parts['path'] ?? '');
}

while (($line = fgets(STDIN)) !== false) {
    [$method, $url, $body, $header] = explode("\t", rtrim($line, "\n"));
    $query = (string)parse_url($url, PHP_URL_QUERY);
    parse_str($query, $get);
    $params = array_merge(read_form($query), $get);
    if ($method === 'POST') {
        $params = array_merge($params, read_form($body));
    }
    $params = array_merge($params, read_header($header));
    $given = $params['oauth_signature'];
    unset($params['oauth_signature']);
    $text = implode('&', array_map('rawurlencode', [$method, address($url), normal($params)]));
    $key = rawurlencode(CONSUMER_SECRET) . '&' . rawurlencode(ACCESS_SECRET);
    echo hash_equals(base64_encode(hash_hmac('sha1', $text, $key, true)), $given) ? 'ok' : 'bad', "\n";
}
