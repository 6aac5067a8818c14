<?php

namespace App\Http\Controllers;

use App\Models\User;
use Illuminate\Http\JsonResponse;
use Illuminate\Http\RedirectResponse;
use Illuminate\Http\Request;
use Illuminate\Support\Facades\Auth;
use Illuminate\Support\Facades\Hash;
use Illuminate\Validation\ValidationException;

class LoginController
{
    /** A bearer token, for mobile apps and single-page applications. */
    public function token(Request $request): JsonResponse
    {
        $credentials = $this->credentials($request);
        $user = User::firstWhere('email', $credentials['email']);
        if ($user === null || ! Hash::check($credentials['password'], $user->password)) {
            throw $this->refusal();
        }

        return response()->json([
            'token' => $user->createToken('example')->plainTextToken,
            'user' => $user->only('id', 'uuid', 'name', 'role'),
        ]);
    }

    /** A session of the web, for pages that Laravel serves itself. */
    public function session(Request $request): RedirectResponse
    {
        if (! Auth::attempt($this->credentials($request))) {
            throw $this->refusal();
        }
        $request->session()->regenerate();

        return redirect()->intended('/');
    }

    private function credentials(Request $request): array
    {
        return $request->validate(['email' => ['required', 'email'], 'password' => ['required', 'string']]);
    }

    private function refusal(): ValidationException
    {
        return ValidationException::withMessages(['email' => 'Unknown e-mail address, or wrong password.']);
    }
}
