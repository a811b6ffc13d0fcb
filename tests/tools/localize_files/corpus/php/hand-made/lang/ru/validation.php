<?php

return [

    'accepted' => 'Вы должны принять :attribute.',
    'between' => [
        'numeric' => 'Поле :attribute должно быть между :min и :max.',
    ],
    'only_here' => 'Только здесь',

];
