<?php

namespace App\Enums;

/** What a user is. The first four are the credit application's, the rest the hosting platform's. */
enum Role: string
{
    case Client = 'client';
    case Cobrador = 'cobrador';
    case Manager = 'manager';
    case Admin = 'admin';
    case Support = 'support';
    case SuperAdmin = 'super_admin';

    public function isAdmin(): bool
    {
        return $this === self::Admin || $this === self::SuperAdmin;
    }

    public function isStaff(): bool
    {
        return $this !== self::Client;
    }

    /** Who answers tickets. */
    public function isSupport(): bool
    {
        return $this === self::Support || $this->isAdmin();
    }
}
