<?php

namespace App\Http\Controllers;

use App\Enums\Role;
use App\Events\PaymentReceived;
use App\Models\Credit;
use App\Models\Payment;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\DB;

class PaymentController
{
    /** Registers a payment and tells everyone concerned but the sender (by the header X-Socket-ID). */
    public function store(Request $request): JsonResponse
    {
        $input = $request->validate([
            'credit_id' => ['required', 'integer', 'exists:credits,id'],
            'amount' => ['required', 'numeric', 'min:0.01'],
            'payment_method' => ['required', 'string', 'max:40'],
        ]);
        abort_unless($this->mayCollect($request, Credit::findOrFail($input['credit_id'])), 403);

        $payment = DB::transaction(function () use ($input, $request): Payment {
            Credit::whereKey($input['credit_id'])->decrement('balance', $input['amount']);

            return Payment::create([...$input, 'received_by' => $request->user()->id, 'payment_date' => now()]);
        });
        broadcast(new PaymentReceived($payment))->toOthers();

        return response()->json($payment, 201);
    }

    /** Cobradores collect on their own credits, managers and admins on all. */
    private function mayCollect(Request $request, Credit $credit): bool
    {
        $user = $request->user();

        return $user->hasRole(Role::Manager) || $user->role->isAdmin()
            || ($user->hasRole(Role::Cobrador) && $credit->created_by === $user->id);
    }
}
