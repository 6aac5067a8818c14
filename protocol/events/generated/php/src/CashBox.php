<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** A cobrador's cash box of one day. */
final class CashBox implements \JsonSerializable
{
    public function __construct(
        public readonly int|string $id,
        public readonly \DateTimeInterface|string $date,
        public readonly string $status,
        public readonly int|float|string|null $initialAmount = null,
        public readonly int|float|string|null $collectedAmount = null,
        public readonly int|float|string|null $lentAmount = null,
        public readonly int|float|string|null $finalAmount = null,
        public readonly ?bool $requiresReconciliation = null,
        public readonly \DateTimeInterface|string|null $autoClosedAt = null,
        public readonly ?string $closureNotes = null,
    ) {
    }

    /** From an array with the keys of the wire, such as a model gives. */
    public static function fromArray(array $data): self
    {
        return new self(
            id: $data['id'],
            date: $data['date'],
            status: $data['status'],
            initialAmount: $data['initial_amount'] ?? null,
            collectedAmount: $data['collected_amount'] ?? null,
            lentAmount: $data['lent_amount'] ?? null,
            finalAmount: $data['final_amount'] ?? null,
            requiresReconciliation: $data['requires_reconciliation'] ?? null,
            autoClosedAt: $data['auto_closed_at'] ?? null,
            closureNotes: $data['closure_notes'] ?? null,
        );
    }

    public function toArray(): array
    {
        return [
            'id' => $this->id,
            'date' => Wire::time($this->date),
            'status' => $this->status,
            'initial_amount' => $this->initialAmount,
            'collected_amount' => $this->collectedAmount,
            'lent_amount' => $this->lentAmount,
            'final_amount' => $this->finalAmount,
            'requires_reconciliation' => $this->requiresReconciliation,
            'auto_closed_at' => Wire::time($this->autoClosedAt),
            'closure_notes' => $this->closureNotes,
        ];
    }

    public function jsonSerialize(): array
    {
        return $this->toArray();
    }
}
