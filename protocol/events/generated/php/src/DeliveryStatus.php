<?php

// Made from the catalogue of events by `npm run generate`. Changes here are lost.

declare(strict_types=1);

namespace Pregon\Events;

/** Where the delivery of a credit stands. */
final class DeliveryStatus implements \JsonSerializable
{
    public function __construct(
        public readonly string $status,
        public readonly bool $isPendingApproval,
        public readonly bool $isWaitingDelivery,
        public readonly bool $isActive,
        public readonly bool $isReadyForDelivery,
        public readonly bool $isOverdueForDelivery,
        public readonly ?int $daysUntilDelivery = null,
        public readonly ?int $daysOverdueForDelivery = null,
        public readonly \DateTimeInterface|string|null $scheduledDeliveryDate = null,
        public readonly mixed $approvedBy = null,
        public readonly \DateTimeInterface|string|null $approvedAt = null,
        public readonly mixed $deliveredBy = null,
        public readonly \DateTimeInterface|string|null $deliveredAt = null,
        public readonly ?string $deliveryNotes = null,
        public readonly ?string $rejectionReason = null,
    ) {
    }

    /** From an array with the keys of the wire, such as a model gives. */
    public static function fromArray(array $data): self
    {
        return new self(
            status: $data['status'],
            isPendingApproval: $data['is_pending_approval'],
            isWaitingDelivery: $data['is_waiting_delivery'],
            isActive: $data['is_active'],
            isReadyForDelivery: $data['is_ready_for_delivery'],
            isOverdueForDelivery: $data['is_overdue_for_delivery'],
            daysUntilDelivery: $data['days_until_delivery'] ?? null,
            daysOverdueForDelivery: $data['days_overdue_for_delivery'] ?? null,
            scheduledDeliveryDate: $data['scheduled_delivery_date'] ?? null,
            approvedBy: $data['approved_by'] ?? null,
            approvedAt: $data['approved_at'] ?? null,
            deliveredBy: $data['delivered_by'] ?? null,
            deliveredAt: $data['delivered_at'] ?? null,
            deliveryNotes: $data['delivery_notes'] ?? null,
            rejectionReason: $data['rejection_reason'] ?? null,
        );
    }

    public function toArray(): array
    {
        return [
            'status' => $this->status,
            'is_pending_approval' => $this->isPendingApproval,
            'is_waiting_delivery' => $this->isWaitingDelivery,
            'is_active' => $this->isActive,
            'is_ready_for_delivery' => $this->isReadyForDelivery,
            'is_overdue_for_delivery' => $this->isOverdueForDelivery,
            'days_until_delivery' => $this->daysUntilDelivery,
            'days_overdue_for_delivery' => $this->daysOverdueForDelivery,
            'scheduled_delivery_date' => Wire::time($this->scheduledDeliveryDate),
            'approved_by' => $this->approvedBy,
            'approved_at' => Wire::time($this->approvedAt),
            'delivered_by' => $this->deliveredBy,
            'delivered_at' => Wire::time($this->deliveredAt),
            'delivery_notes' => $this->deliveryNotes,
            'rejection_reason' => $this->rejectionReason,
        ];
    }

    public function jsonSerialize(): array
    {
        return $this->toArray();
    }
}
