<?php

use App\Http\Controllers\LoginController;
use Illuminate\Support\Facades\Route;

Route::view('/login', 'login')->name('login');
Route::post('/login', [LoginController::class, 'session']);
Route::get('/', fn () => 'Signed in as '.auth()->user()->name)->middleware('auth');
