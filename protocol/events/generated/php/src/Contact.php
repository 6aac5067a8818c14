<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** A person and how to reach him. */
final class Contact implements \JsonSerializable
{
    public function __construct(
        public readonly int|string $id,
        public readonly string $name,
        public readonly ?string $email = null,
        public readonly ?string $phone = null,
    ) {
    }

    /** From an array with the keys of the wire, such as a model gives. */
    public static function fromArray(array $data): self
    {
        return new self(
            id: $data['id'],
            name: $data['name'],
            email: $data['email'] ?? null,
            phone: $data['phone'] ?? null,
        );
    }

    public function toArray(): array
    {
        return [
            'id' => $this->id,
            'name' => $this->name,
            'email' => $this->email,
            'phone' => $this->phone,
        ];
    }

    public function jsonSerialize(): array
    {
        return $this->toArray();
    }
}
