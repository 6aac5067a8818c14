<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** How values stand on the wire. */
final class Wire
{
    /** ISO 8601 in UTC with microseconds, as Laravel writes it; text stays as it is. */
    public static function time(\DateTimeInterface|string|null $value): ?string
    {
        if (!$value instanceof \DateTimeInterface) {
            return $value;
        }
        $utc = \DateTimeImmutable::createFromInterface($value)->setTimezone(new \DateTimeZone('UTC'));

        return $utc->format('Y-m-d\TH:i:s.u\Z');
    }

    /** The time now. */
    public static function now(): string
    {
        return (string) self::time(new \DateTimeImmutable('now'));
    }

    /** A map that is an object in JSON also when it is empty. */
    public static function map(?array $value): array|\stdClass|null
    {
        return $value === [] ? new \stdClass() : $value;
    }
}
