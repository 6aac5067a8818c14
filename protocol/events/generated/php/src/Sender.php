<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** Who sent it, as he said himself. */
final class Sender implements \JsonSerializable
{
    public function __construct(
        public readonly int|string|null $id = null,
        public readonly ?string $name = null,
        public readonly ?string $type = null,
    ) {
    }

    /** From an array with the keys of the wire, such as a model gives. */
    public static function fromArray(array $data): self
    {
        return new self(
            id: $data['id'] ?? null,
            name: $data['name'] ?? null,
            type: $data['type'] ?? null,
        );
    }

    public function toArray(): array
    {
        return [
            'id' => $this->id,
            'name' => $this->name,
            'type' => $this->type,
        ];
    }

    public function jsonSerialize(): array
    {
        return $this->toArray();
    }
}
