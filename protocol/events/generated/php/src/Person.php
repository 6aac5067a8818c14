<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** Who it is about. */
final class Person implements \JsonSerializable
{
    public function __construct(
        public readonly int|string $id,
        public readonly string $name,
        public readonly ?string $email = null,
    ) {
    }

    /** From an array with the keys of the wire, such as a model gives. */
    public static function fromArray(array $data): self
    {
        return new self(
            id: $data['id'],
            name: $data['name'],
            email: $data['email'] ?? null,
        );
    }

    public function toArray(): array
    {
        return [
            'id' => $this->id,
            'name' => $this->name,
            'email' => $this->email,
        ];
    }

    public function jsonSerialize(): array
    {
        return $this->toArray();
    }
}
