<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** A credit that is overdue or about to end. */
final class OverdueCredit implements \JsonSerializable
{
    public function __construct(
        public readonly int|string $id,
        public readonly int|float|string $amount,
        public readonly string $status,
        public readonly int|float|string|null $balance = null,
        public readonly \DateTimeInterface|string|null $endDate = null,
        public readonly ?Contact $client = null,
    ) {
    }

    /** From an array with the keys of the wire, such as a model gives. */
    public static function fromArray(array $data): self
    {
        return new self(
            id: $data['id'],
            amount: $data['amount'],
            balance: $data['balance'] ?? null,
            endDate: $data['end_date'] ?? null,
            status: $data['status'],
            client: isset($data['client']) ? Contact::fromArray($data['client']) : null,
        );
    }

    public function toArray(): array
    {
        return [
            'id' => $this->id,
            'amount' => $this->amount,
            'balance' => $this->balance,
            'end_date' => Wire::time($this->endDate),
            'status' => $this->status,
            'client' => $this->client?->toArray(),
        ];
    }

    public function jsonSerialize(): array
    {
        return $this->toArray();
    }
}
