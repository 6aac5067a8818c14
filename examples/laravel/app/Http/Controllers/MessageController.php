<?php

namespace App\Http\Controllers;

use App\Events\MessageSent;
use App\Models\ChatRoom;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Str;

class MessageController
{
    /** Sends what somebody wrote to the others in the room (the sender is left out by the header X-Socket-ID). */
    public function store(Request $request, ChatRoom $room): JsonResponse
    {
        abort_unless($room->isOpenTo($request->user()), 403, 'You are not in this room.');
        $input = $request->validate(['message' => ['required', 'string', 'max:500']]);

        $event = new MessageSent($room, $request->user(), (string) Str::uuid(), $input['message']);
        broadcast($event)->toOthers();

        return response()->json($event->broadcastWith(), 201);
    }
}
