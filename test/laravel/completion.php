<?php

/*
 * Stands in for packages of Laravel that broadcasting never uses, where a registry does not have them. Composer loads it
 * with the autoloader; where a package is there, this file leaves it alone.
 */

declare(strict_types=1);

namespace {
    // symfony/polyfill-php85
    if (! function_exists('array_first')) {
        function array_first(array $array): mixed
        {
            return $array === [] ? null : $array[array_key_first($array)];
        }
    }
    if (! function_exists('array_last')) {
        function array_last(array $array): mixed
        {
            return $array === [] ? null : $array[array_key_last($array)];
        }
    }
}

namespace Symfony\Component\Clock {
    // symfony/clock
    if (! interface_exists(ClockInterface::class)) {
        interface ClockInterface extends \Psr\Clock\ClockInterface
        {
            public function sleep(float|int $seconds): void;

            public function withTimeZone(\DateTimeZone|string $timezone): static;
        }
    }
}

namespace Illuminate\Http\Middleware {
    // fruitcake/php-cors: the middleware that needs it lets every request through as it is.
    if (! class_exists(\Fruitcake\Cors\CorsService::class)) {
        class HandleCors
        {
            public function handle(mixed $request, \Closure $next): mixed
            {
                return $next($request);
            }
        }
    }
}
