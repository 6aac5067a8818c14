<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** A cash box that was left open. */
final class PendingCashBox implements \JsonSerializable
{
    public function __construct(
        public readonly int|string $id,
        public readonly \DateTimeInterface|string $date,
        public readonly int|float|string|null $initialAmount = null,
        public readonly int|float|string|null $collectedAmount = null,
        public readonly int|float|string|null $lentAmount = null,
        public readonly int|float|string|null $finalAmount = null,
    ) {
    }

    /** From an array with the keys of the wire, such as a model gives. */
    public static function fromArray(array $data): self
    {
        return new self(
            id: $data['id'],
            date: $data['date'],
            initialAmount: $data['initial_amount'] ?? null,
            collectedAmount: $data['collected_amount'] ?? null,
            lentAmount: $data['lent_amount'] ?? null,
            finalAmount: $data['final_amount'] ?? null,
        );
    }

    public function toArray(): array
    {
        return [
            'id' => $this->id,
            'date' => Wire::time($this->date),
            'initial_amount' => $this->initialAmount,
            'collected_amount' => $this->collectedAmount,
            'lent_amount' => $this->lentAmount,
            'final_amount' => $this->finalAmount,
        ];
    }

    public function jsonSerialize(): array
    {
        return $this->toArray();
    }
}
